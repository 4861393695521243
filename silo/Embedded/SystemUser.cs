using System.Text;

namespace Graincast.Embedded;

/// <summary>
/// The OS user that Postgres and the silo run as: the caller, or <c>postgres</c> when the caller is root, whom Postgres refuses.
/// </summary>
public sealed class SystemUser
{
    private const string PostgresUser = "postgres";
    private readonly bool _switch;

    private SystemUser(string name, bool switchUser)
    {
        Name = name;
        _switch = switchUser;
    }

    public string Name { get; }

    /// <summary>The user for this process' caller.</summary>
    public static SystemUser Current()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new SystemUser(Environment.UserName, switchUser: false);
        }
        if (!File.ReadLines("/etc/passwd").Any(line => line.StartsWith(PostgresUser + ":", StringComparison.Ordinal)))
        {
            throw new GraincastException(
                SqlState.ObjectNotInState, "There is no user postgres, as which root runs the embedded Postgres.", "Run `make deps`, or run as an ordinary user.");
        }
        return new SystemUser(PostgresUser, switchUser: true);
    }

    /// <summary>The command line that runs <paramref name="command"/> as this user.</summary>
    public IReadOnlyList<string> Wrap(IReadOnlyList<string> command) =>
        _switch ? ["setpriv", $"--reuid={Name}", $"--regid={Name}", "--init-groups", "--", .. command] : command;

    /// <summary>Creates a directory that belongs to this user.</summary>
    public void CreateDirectory(string path, string mode)
    {
        Directory.CreateDirectory(path);
        if (_switch)
        {
            Program("chown", $"{Name}:{Name}", path);
        }
        // After chown, which clears the set-group-id bit.
        Program("chmod", mode, path);
    }

    /// <summary>Writes a file that only this user can read, all of it or nothing.</summary>
    public void WriteSecret(string path, string text)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        if (_switch)
        {
            Program("chown", $"{Name}:{Name}", temporary);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Creates the directory that holds everything, which stays the caller's; fails with a hint when this user cannot enter it.</summary>
    public void CreateRoot(string path)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path);
            Program("chmod", _switch ? "0755" : "0700", path);
        }
        if (_switch && Child.Run(Wrap(["test", "-x", path])).ExitCode != 0)
        {
            throw new GraincastException(
                SqlState.InsufficientPrivilege,
                $"The user {Name}, as whom root runs the embedded Postgres, cannot enter {path}.",
                $"Choose a data directory outside of private folders with --data, e.g. {DataDirectory.Default}.");
        }
    }

    private static void Program(params string[] command) => Child.Run(command).ThrowIfFailed(string.Join(' ', command));
}
