using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace Graincast.Packaging;

/// <summary>The package as a newcomer gets it.</summary>
public sealed class PackageTests : IDisposable
{
    private const string Program = """
        using Graincast;
        using Graincast.Client;
        using Graincast.Projects;
        using Microsoft.Extensions.Hosting;
        using Microsoft.Extensions.DependencyInjection;

        FeatureRow row = FeatureWriter.Write(new Payment(12.5, null, [1, 2]));
        Console.WriteLine(string.Join(" ", row.Names!) + " " + string.Join(" ", row.Numbers));
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddGraincastClient(options => options.UseAdoNetClustering("Host=127.0.0.1;Port=1;Database=app;Username=alice"));
        using IHost host = builder.Build();
        try
        {
            await host.Services.GetRequiredService<GraincastClient>().Project("fraud").PredictAsync(new Payment(1, "de", []));
        }
        catch (GraincastException error)
        {
            Console.WriteLine(error.SqlState);
        }

        [FeatureRecord]
        public partial record Payment(double Amount, string? Country, int[] Items);
        """;

    private static readonly string Root = Path.GetFullPath(Path.Combine(ThisFolder(), "..", "..", ".."));

    // A version of its own: NuGet keeps what it has once seen of a version.
    private readonly string _version = $"0.0.0-test{Environment.ProcessId}x{Environment.TickCount64}";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graincast-package-");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string kept = Path.Combine(packages, "graincast.client", _version);
        if (Directory.Exists(kept))
        {
            Directory.Delete(kept, recursive: true);
        }
    }

    [Fact]
    public async Task A_new_project_restores_the_package_and_runs_with_a_feature_record()
    {
        // Built by whoever built this test.
        await DotnetAsync(Root, "pack", "contracts", "--configuration", "Release", "--no-build", "--output", _folder.FullName, $"-p:Version={_version}");
        foreach (string entry in new[] { "lib/net10.0/Graincast.Contracts.dll", "lib/net10.0/Graincast.Contracts.xml", "analyzers/dotnet/cs/Graincast.Generator.dll", "README.md" })
        {
            Entries("nupkg").ShouldContain(entry);
        }

        Entries("snupkg").ShouldContain("lib/net10.0/Graincast.Contracts.pdb");
        string app = _folder.CreateSubdirectory("app").FullName;
        await File.WriteAllTextAsync(Path.Combine(app, "Program.cs"), Program, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(app, "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestoreAdditionalProjectSources>{_folder.FullName}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Graincast.Client" Version="{_version}" />
              </ItemGroup>
            </Project>
            """, TestContext.Current.CancellationToken);
        string[] lines = (await DotnetAsync(app, "run")).Trim().Split('\n');
        lines.ShouldBe(["amount country items items 12.5 NaN 1 2", SqlState.ConnectionFailure]);
    }

    private string[] Entries(string extension)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(_folder.FullName, $"Graincast.Client.{_version}.{extension}"));
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }

    private static async Task<string> DotnetAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // No build server may outlive the test.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, $"dotnet {string.Join(' ', arguments)}\n{output}\n{await errors}");
        return output;
    }

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
