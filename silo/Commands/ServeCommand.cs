using System.CommandLine;
using Graincast.Hosting;

namespace Graincast.Commands;

/// <summary><c>graincast serve</c></summary>
internal static class ServeCommand
{
    private const string EnvironmentPrefix = "GRAINCAST__";

    public static Command Create()
    {
        var config = new Option<FileInfo>("--config")
        {
            Description = $"A JSON file with a section \"{GraincastOptions.Section}\".",
            HelpName = "FILE",
        };
        config.AcceptExistingOnly();
        Option[] settings =
        [
            Setting<string>("--node", nameof(GraincastOptions.Node), "The Postgres server's place in the whole. Without it: on Citus its groupid, else 0."),
            Setting<string>("--data-directory", nameof(GraincastOptions.DataDirectory), "Where columns and logs are kept."),
            Setting<string>("--socket", nameof(GraincastOptions.Socket), "The Unix socket that backends call: graincast.socket in postgresql.conf."),
            Setting<uint>("--postgres-user-id", nameof(GraincastOptions.PostgresUserId), "OS user id of Postgres, where it is another than the silo's and the owner of the socket's folder."),
            Setting<string>("--connection", nameof(GraincastOptions.Connection), "Npgsql connection string of the silo's role at the Postgres beside it, with Search Path=graincast."),
            Setting<string>("--cluster-connection", nameof(GraincastOptions.ClusterConnection), "The same of the database with Orleans' tables, where it is another: on Citus the coordinator's."),
            Setting<string>("--cluster-id", nameof(GraincastOptions.ClusterId), "Orleans' cluster id."),
            Setting<string>("--service-id", nameof(GraincastOptions.ServiceId), "Orleans' service id."),
            Setting<string>("--tls-directory", nameof(GraincastOptions.TlsDirectory), "A folder with ca.pem, cert.pem and key.pem: TLS between silos and for clients. Without it only this machine can connect."),
            Setting<string>("--advertised-address", nameof(GraincastOptions.AdvertisedAddress), "The IP address that other silos and clients connect to; needs --tls-directory."),
            Setting<int>("--silo-port", nameof(GraincastOptions.SiloPort), "Port between silos; 0 = a free one."),
            Setting<int>("--gateway-port", nameof(GraincastOptions.GatewayPort), "Port for Orleans clients; 0 = a free one."),
            Setting<string>("--health-endpoint", nameof(GraincastOptions.HealthEndpoint), "Where health is asked over HTTP, e.g. 127.0.0.1:8080: /health/startup, live, ready; and Prometheus for /metrics."),
            Setting<string>("--otlp-endpoint", nameof(GraincastOptions.OtlpEndpoint), "Where traces and metrics go, e.g. http://localhost:4317."),
            Setting<bool>("--console-traces", nameof(GraincastOptions.ConsoleTraces), "Write traces to standard output."),
            Setting<long>("--worker-memory-bytes", nameof(GraincastOptions.WorkerMemoryBytes), "A training's worker is killed above this resident size."),
            Setting<int>("--worker-timeout-ms", nameof(GraincastOptions.WorkerTimeoutMs), "A training's worker is killed after this time."),
            Setting<long>("--images-bytes", nameof(GraincastOptions.ImagesBytes), "Images beyond this size together are evicted, those used longest ago first."),
            Setting<long>("--scorer-memory-bytes", nameof(GraincastOptions.ScorerMemoryBytes), "A process that scores an ONNX model is killed above this resident size."),
            Setting<int>("--scorer-timeout-ms", nameof(GraincastOptions.ScorerTimeoutMs), "The same when an import, or rows that are scored at once, take longer."),
            Setting<int>("--scorer-idle-ms", nameof(GraincastOptions.ScorerIdleMs), "Such a process ends when it was not asked for so long."),
            Setting<int>("--max-scorers", nameof(GraincastOptions.MaxScorers), "ONNX models that have a process at once."),
            Setting<int>("--max-connections", nameof(GraincastOptions.MaxConnections), "Connections of backends served at once."),
        ];
        var command = new Command("serve",
            "Run the silo beside a Postgres server in the foreground. Options come from a file, from the environment (GRAINCAST__NODE=0) and from here; the last one wins.") { config };
        foreach (var setting in settings)
        {
            command.Add(setting);
        }
        command.SetAction(async (parsed, cancellation) =>
        {
            var given = settings.Where(setting => parsed.GetResult(setting) is { Implicit: false })
                .ToDictionary(setting => Key(setting.HelpName!), setting => string.Join("", parsed.GetResult(setting)!.Tokens) is { Length: > 0 } text ? text : bool.TrueString);
            await SiloHost.RunAsync(Read(parsed.GetValue(config), given!), cancellation);
            return ExitCode.Success;
        });
        return command;
    }

    private static GraincastOptions Read(FileInfo? file, Dictionary<string, string?> given)
    {
        var builder = new ConfigurationBuilder();
        if (file is not null)
        {
            builder.AddJsonFile(file.FullName, optional: false);
        }
        try
        {
            return builder.AddEnvironmentVariables().AddInMemoryCollection(given).Build().GetSection(GraincastOptions.Section).Get<GraincastOptions>() ?? new GraincastOptions();
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or InvalidDataException)
        {
            throw new GraincastException(
                SqlState.InvalidParameter,
                (wrong.InnerException ?? wrong).Message,
                $"Mend it in {file?.FullName ?? "the environment"} or override it, e.g. {EnvironmentPrefix}{nameof(GraincastOptions.MaxConnections).ToUpperInvariant()}=1000.",
                innerException: wrong);
        }
    }

    private static Option<T> Setting<T>(string name, string property, string description) => new(name)
    {
        Description = $"{description} ({EnvironmentPrefix}{property.ToUpperInvariant()})",
        HelpName = property,
    };

    private static string Key(string property) => $"{GraincastOptions.Section}:{property}";
}
