using System.CommandLine;
using Graincast.Commands;
using Graincast.Hosting;
using k8s.Models;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Manifests;

/// <summary>What the manifests tell the app is what the app can be told.</summary>
public sealed class CommandTests
{
    private const string Prefix = "GRAINCAST__";

    public static TheoryData<string> Overlays => [.. Overlay.Names];

    [Theory, MemberData(nameof(Overlays))]
    public void Arguments_are_commands_and_options_of_the_app(string overlay)
    {
        var root = new RootCommand { ServeCommand.Create(), InstallCommand.Create() };
        V1Container[] containers = [.. Overlay.Read(overlay).Containers.Select(one => one.Container).Where(container => container.Image.Contains("/silo:", StringComparison.Ordinal))];

        foreach (V1Container container in containers)
        {
            ParseResult parsed = root.Parse([.. container.Args]);
            parsed.Errors.ShouldBeEmpty();
            if (container.Args[0] == "install")
            {
                new NpgsqlConnectionStringBuilder(parsed.GetRequiredValue<string>("--connection")).Passfile.ShouldBe(overlay is "base" or "overlays/dev" ? "/etc/graincast/superuser-password/pgpass" : null);
            }
        }

        containers.Select(container => container.Args[0]).Distinct().ShouldBe(["serve", "install"], ignoreOrder: true);
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Environment_variables_are_options_of_the_silo_and_can_be_used(string overlay)
    {
        foreach (V1Container silo in Overlay.Read(overlay).Silos)
        {
            Dictionary<string, string?> variables = silo.Env.Where(variable => variable.Name.StartsWith(Prefix, StringComparison.Ordinal))
                .ToDictionary(variable => variable.Name[Prefix.Length..], variable => (string?)(variable.Value ?? "10.0.0.7"));
            variables.Keys.Except(typeof(GraincastOptions).GetProperties().Select(property => property.Name), StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();

            GraincastOptions options = new ConfigurationBuilder().AddInMemoryCollection(variables).Build().Get<GraincastOptions>()!;

            GraincastOptionsValidator.Check(options);
            options.PostgresUserId.ShouldBe(999u);
            (options.SiloPort, options.GatewayPort).ShouldBe((Port(silo, "silo"), Port(silo, "gateway")));
            options.HealthEndpoint.ShouldEndWith($":{Port(silo, "health")}");
            string[] mounts = [.. silo.VolumeMounts.Select(mount => mount.MountPath)];
            new[] { options.Socket, options.DataDirectory + "/", new NpgsqlConnectionStringBuilder(options.Connection).Passfile! }.ShouldAllBe(path => mounts.Any(mount => path.StartsWith(mount + "/", StringComparison.Ordinal)));
        }
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Backends_look_for_the_silo_where_it_listens(string overlay)
    {
        Cluster cluster = Overlay.Read(overlay);

        string settings = cluster.ConfigMaps.Single(map => map.Data.ContainsKey("postgresql.conf")).Data["postgresql.conf"];

        cluster.Silos.ShouldAllBe(silo => settings.Contains($"\ngraincast.socket = '{PodRules.Value(silo, "GRAINCAST__SOCKET")}'\n", StringComparison.Ordinal));
    }

    [Fact]
    public void The_extensions_files_that_are_mounted_are_those_that_make_installs()
    {
        string stage = Path.Combine(Overlay.Folder, "..", "bin", "app", "extension");
        string[] built = [.. Directory.EnumerateFileSystemEntries(stage, "graincast*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file))];

        foreach (V1StatefulSet set in Overlay.Read("base").StatefulSets)
        {
            V1VolumeMount[] mounts = [.. set.Spec.Template.Spec.InitContainers.Single(container => container.Name == "postgres").VolumeMounts.Where(mount => mount.Name == "extension")];
            mounts.Select(mount => mount.SubPath).ShouldBe(built, ignoreOrder: true);
            mounts.ShouldAllBe(mount => mount.MountPath.EndsWith("/" + mount.SubPath, StringComparison.Ordinal));
        }
    }

    private static int Port(V1Container silo, string name) => silo.Ports.Single(port => port.Name == name).ContainerPort;
}
