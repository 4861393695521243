using Graincast.Hosting;
using Graincast.Images;
using Graincast.Manifests;
using k8s.Models;

namespace Graincast.Pods;

/// <summary>The coordinator's pod of overlays/tls, and its installer, as a folder that pod.sh runs: what a volume holds, what a container mounts and starts.</summary>
internal sealed class PodFolder : IDisposable
{
    private const string Name = "graincast-coordinator-0";

    private readonly Dictionary<string, Dictionary<string, string>> _secrets = new()
    {
        ["graincast-superuser"] = Password("postgres", "of the superuser"),
        ["graincast-silo"] = Password("graincast", "of the silo"),
        ["graincast-silo-tls"] = Certificate(authority => authority.Silo()),
        ["graincast-node-tls"] = Certificate(authority => authority.Client("node")),
    };

    /// <summary>Writes it; <paramref name="postgresUserId"/> is the user postgres of this machine, <paramref name="images"/> are those that there are, by name.</summary>
    public PodFolder(string postgresUserId, IReadOnlyDictionary<string, BuiltImage> images)
    {
        Cluster cluster = Overlay.Read("overlays/tls");
        V1PodSpec pod = cluster.StatefulSets.Single(set => set.Metadata.Name == "graincast-coordinator").Spec.Template.Spec;
        V1PodSpec installer = cluster.Jobs.Single().Spec.Template.Spec;
        var own = new Dictionary<string, string> { ["POD_NAME"] = Name, ["GRAINCAST__ADVERTISEDADDRESS"] = "127.0.0.1", ["GRAINCAST__POSTGRESUSERID"] = postgresUserId };
        Write("hosts", $"127.0.0.1 localhost {Name}.graincast-coordinator\n");
        foreach (V1Volume volume in pod.Volumes.Concat(installer.Volumes))
        {
            WriteVolume(cluster, volume);
        }

        Directory.CreateDirectory(In("volumes/data"));
        foreach (V1Container container in pod.InitContainers.Concat(pod.Containers).Concat(installer.Containers))
        {
            BuiltImage? image = images.GetValueOrDefault(container.Image);
            WriteContainer(container.Name, container.VolumeMounts, Script(container, own, image));
            // A quarter is enough here, and reached sooner.
            Write($"limits/{container.Name}", $"{container.Resources.Limits["memory"].ToInt64() / 4}");
            if (image is not null)
            {
                Write($"roots/{container.Name}", image.Root);
            }
            else if (container.Name == "extension")
            {
                CopyExtension();
            }
        }

        V1Container register = pod.InitContainers.Single(container => container.Name == "register");
        WriteContainer("sql", register.VolumeMounts, Psql(Sql));
        WriteContainer("again", register.VolumeMounts, Psql(Again));
        WriteContainer("asking", register.VolumeMounts, $"echo \"{Predict};\" >/tmp/ask.sql\nexec pgbench --no-vacuum --client=2 --rate=200 --time=600 --progress=1 --file=/tmp/ask.sql --username=postgres graincast\n");
        V1Container silo = pod.Containers.Single();
        WriteContainer("intruder", silo.VolumeMounts, "cat /etc/graincast/node-tls/key.pem /etc/graincast/superuser-password/password /var/lib/postgresql/data/pgdata/PG_VERSION 2>&1 || true\ntouch /new 2>&1 || true\n");
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("graincast-pod-").FullName;

    private const string Sql = """
        CREATE TABLE line AS SELECT i::real AS x, 2 * i::real AS y FROM generate_series(1, 200) AS i;
        SELECT deployed FROM pgml.train('line', 'regression', 'line', 'y');
        SELECT 'predicted ' || pgml.predict('line', ARRAY[7]::real[]) || ', shared ' || shared FROM pgml.stat_models;

        """;

    private const string Predict = "SELECT pgml.predict('line', ARRAY[7]::real[])";

    private const string Again = """
        SELECT deployed FROM pgml.train('again', 'regression', 'line', 'y', 'lightgbm');
        SELECT 'predicted again ' || round(pgml.predict('again', ARRAY[100]::real[])::numeric, -1);

        """;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static Dictionary<string, string> Password(string role, string password) => new() { ["password"] = password, ["pgpass"] = $"*:*:*:{role}:{password}\n" };

    private static Dictionary<string, string> Certificate(Func<TestAuthority, TestAuthority.Issued> issue)
    {
        using var authority = new TestAuthority();
        TestAuthority.Issued issued = issue(authority);
        return new Dictionary<string, string> { ["ca.pem"] = authority.Pem, ["cert.pem"] = issued.Certificate, ["key.pem"] = issued.Key };
    }

    private static string Psql(string sql) => $"psql --no-psqlrc --tuples-only --no-align --set=ON_ERROR_STOP=1 --username=postgres --dbname=graincast <<'SQL'\n{sql}SQL\n";

    private static string Script(V1Container container, Dictionary<string, string> own, BuiltImage? image)
    {
        IEnumerable<string> exports = (image?.Environment ?? ["HOME=/tmp"]).Select(variable => variable.Split('=', 2)).Select(pair => (pair[0], pair[1]))
            .Concat((container.Env ?? []).Select(variable => (variable.Name, own.TryGetValue(variable.Name, out string? value) ? value : variable.Value)))
            .Select(variable => $"export {variable.Item1}={Quote(variable.Item2)}\n");
        IEnumerable<string> command = container.Command ?? image?.Entrypoint ?? ["dotnet", "/run/app/graincast.dll"];
        return $"{string.Concat(exports)}exec ${{ENTER-}} {string.Join(' ', command.Concat(container.Args ?? []).Select(Quote))}\n";
    }

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), text);
    }

    private void WriteContainer(string name, IEnumerable<V1VolumeMount> mounts, string script)
    {
        Write($"containers/{name}", script);
        Write($"mounts/{name}", string.Concat(mounts.Select(mount => $"{mount.Name} {mount.MountPath} {mount.SubPath ?? "."} {(mount.ReadOnlyProperty == true ? "ro" : "rw")}\n")));
    }

    private void WriteVolume(Cluster cluster, V1Volume volume)
    {
        Directory.CreateDirectory(In($"volumes/{volume.Name}"));
        IDictionary<string, string> files = volume.ConfigMap is { } map ? cluster.ConfigMaps.Single(one => one.Metadata.Name == map.Name).Data
            : volume.Secret is { } secret ? _secrets[secret.SecretName].Where(file => secret.Items is null || secret.Items.Any(item => item.Key == file.Key)).ToDictionary()
            : new Dictionary<string, string>();
        foreach ((string name, string text) in files)
        {
            Write($"volumes/{volume.Name}/{name}", text);
        }
    }

    // As its image's /extension.
    private void CopyExtension()
    {
        string stage = System.IO.Path.Combine(Overlay.Folder, "..", "bin", "app", "extension");
        foreach (string file in Directory.EnumerateFiles(stage, "*", SearchOption.AllDirectories))
        {
            string target = In(file.Contains("/extension/graincast/", StringComparison.Ordinal)
                ? $"volumes/extension/graincast/{System.IO.Path.GetFileName(file)}"
                : $"volumes/extension/{System.IO.Path.GetFileName(file)}");
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
