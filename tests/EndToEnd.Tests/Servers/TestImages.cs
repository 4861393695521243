using System.Security.Cryptography;
using Npgsql;

namespace Graincast.Servers;

/// <summary>Images of tests/Grains.Tests/Scoring/golden as models of a server's catalog.</summary>
public static class TestImages
{
    public const int HeaderBytes = 352;
    private const int HashOffset = 32;
    private const int HashBytes = 32;

    /// <summary>Owner's name, prefix of the projects of such models.</summary>
    private const string Project = "test images";

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Cli.Repository, "tests", "Grains.Tests", "Scoring", "golden", name + ".image"));

    /// <summary>The name that an image carries.</summary>
    public static byte[] Sha256Of(byte[] image) => image[HashOffset..(HashOffset + HashBytes)];

    /// <summary>Gives an image the name that its bytes have; one too short for a name gets none and keeps another's.</summary>
    public static byte[] Rename(byte[] image)
    {
        if (image.Length < HashOffset + HashBytes)
        {
            return SHA256.HashData(image);
        }
        image.AsSpan(HashOffset, HashBytes).Clear();
        SHA256.HashData(image).CopyTo(image, HashOffset);
        return Sha256Of(image);
    }

    /// <summary>A model whose image has this name; with the image's bytes in the catalog or without.</summary>
    public static async Task<long> AddModelAsync(this GraincastServer server, byte[] sha256, byte[]? bytes = null)
    {
        await using var add = server.Superuser.CreateCommand($"""
            WITH project AS (
                INSERT INTO pgml.projects (name, task, owner) VALUES ('{Project}', 'regression', 'postgres') ON CONFLICT (name) DO UPDATE SET owner = 'postgres' RETURNING id),
            model AS (
                INSERT INTO pgml.models (project_id, num_features, algorithm, hyperparams, status, image_sha256, seed)
                SELECT id, 3, 'linear', '{"{}"}', 'successful', $1, 0 FROM project RETURNING id),
            file AS (
                INSERT INTO pgml.files (model_id, path, part, data) SELECT id, 'image', 0, $2 FROM model WHERE $2 IS NOT NULL)
            SELECT id FROM model
            """);
        add.Parameters.Add(new NpgsqlParameter { Value = sha256 });
        add.Parameters.Add(new NpgsqlParameter { Value = bytes ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea });
        return (long)(await add.ExecuteScalarAsync())!;
    }

    /// <summary>Forgets all such models.</summary>
    public static async Task DropModelsAsync(this GraincastServer server)
    {
        await using var drop = server.Superuser.CreateCommand($"DELETE FROM pgml.projects WHERE name = '{Project}'");
        await drop.ExecuteNonQueryAsync();
    }
}
