using System.Text.Json;
using Graincast.Manifests;
using Graincast.Pods;
using Shouldly;
using Xunit;

namespace Graincast.Images;

/// <summary>What <c>make images</c> builds, by buildah without a registry. That it runs is shown by the pod, whose containers it is.</summary>
[Collection(PodCollection.Name)]
public sealed class ImageTests(PodRun pod)
{
    private const string Reason = "Images are built by root, with buildah and busybox-static: .ci/deps images.";

    private IEnumerable<BuiltImage> Images
    {
        get
        {
            Assert.SkipWhen(pod.Images is null, Reason);
            return pod.Images.Values;
        }
    }

    [Fact]
    public void They_are_those_that_the_manifests_name_and_run_as_the_users_that_those_say()
    {
        BuiltImage[] images = [.. Images];
        (string Image, string User)[] named =
        [
            .. Overlay.Read("base").Containers.Select(one => one.Container).Where(container => container.Image.Contains("/graincast/", StringComparison.Ordinal))
                .Select(container => (container.Image, $"{container.SecurityContext.RunAsUser}:{container.SecurityContext.RunAsGroup}")).Distinct(),
        ];

        images.Select(image => (image.Name, image.User)).ShouldBe(named, ignoreOrder: true);
    }

    [Fact]
    public void They_say_what_they_are()
    {
        foreach (BuiltImage image in Images)
        {
            image.Name.Split(':')[1].ShouldStartWith(image.Labels["org.opencontainers.image.version"]);
            image.Labels["org.opencontainers.image.revision"].Length.ShouldBe(40);
            DateTime.Parse(image.Labels["org.opencontainers.image.created"], System.Globalization.CultureInfo.InvariantCulture).ShouldBeLessThan(DateTime.UtcNow.AddDays(1));
            image.Labels["org.opencontainers.image.title"].ShouldStartWith("Graincast");
            image.Labels["org.opencontainers.image.licenses"].ShouldContain("MIT");
            File.Exists(Path.Combine(image.Root, "usr/share/doc/graincast/LICENSE")).ShouldBeTrue();
        }
    }

    [Fact]
    public void The_silos_has_no_shell_and_no_file_that_another_user_could_write_or_that_gives_rights()
    {
        BuiltImage silo = Images.Single(image => image.Name.Contains("/silo:", StringComparison.Ordinal));
        const UnixFileMode Forbidden = UnixFileMode.OtherWrite | UnixFileMode.SetUser | UnixFileMode.SetGroup;

        string[] files = [.. Directory.EnumerateFiles(silo.Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })];

        files.Where(file => Path.GetFileName(file) is "sh" or "bash" or "busybox" or "apt-get" or "dpkg").ShouldBeEmpty();
        files.Where(file => (File.GetUnixFileMode(file) & Forbidden) != 0).ShouldBeEmpty();
    }

    [Fact]
    public void The_bill_of_materials_has_every_package_of_the_silos_lock_file()
    {
        BuiltImage silo = Images.Single(image => image.Name.Contains("/silo:", StringComparison.Ordinal));
        using JsonDocument bill = JsonDocument.Parse(File.ReadAllText(Path.Combine(silo.Root, "usr/share/doc/graincast/sbom.json")));
        using JsonDocument locked = JsonDocument.Parse(File.ReadAllText(Path.Combine(Overlay.Folder, "..", "silo", "packages.lock.json")));

        bill.RootElement.GetProperty("bomFormat").GetString().ShouldBe("CycloneDX");
        string[] components = [.. bill.RootElement.GetProperty("components").EnumerateArray().Select(component => $"{component.GetProperty("name")} {component.GetProperty("version")}")];
        string[] packages =
        [
            .. locked.RootElement.GetProperty("dependencies").GetProperty("net10.0").EnumerateObject()
                .Where(package => package.Value.GetProperty("type").GetString() != "Project").Select(package => $"{package.Name} {package.Value.GetProperty("resolved")}"),
        ];
        packages.Except(components, StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();
    }
}
