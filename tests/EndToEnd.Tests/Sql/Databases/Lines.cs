namespace Graincast.Sql;

/// <summary>Models of straight lines: whoever answers tells by its number which model it was.</summary>
internal static class Lines
{
    /// <summary>The tables line_1 … hold y = slope · x.</summary>
    public static readonly int[] Slopes = [1, 2, 3, 4, 5];

    /// <summary>What the model that now answers for the project is the slope of.</summary>
    public static async Task<int> SlopeAsync(this Session session, string project) =>
        (int)Math.Round(await session.ScalarAsync<float>("SELECT pgml.predict($1, ARRAY[10]::real[])", project) / 10);

    /// <summary>Trains on the line and returns the model's id; it is not deployed.</summary>
    public static async Task<long> TrainLineAsync(this Session session, string project, int slope)
    {
        await session.ExecuteAsync("SELECT pgml.train($1, 'regression', $2, 'y', automatic_deploy => false)", project, $"line_{slope}");
        return await session.LastModelAsync(project);
    }

    public static async Task<long> TrainAndDeployLineAsync(this Session session, string project, int slope)
    {
        var model = await session.TrainLineAsync(project, slope);
        await session.DeployAsync(model);
        return model;
    }

    public static Task DeployAsync(this Session session, long model) => session.ExecuteAsync("SELECT pgml.deploy($1)", model);

    public static Task<long> LastModelAsync(this Session session, string project) =>
        session.ScalarAsync<long>("SELECT max(m.id) FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE p.name = $1", project);

    /// <summary>Two trained models of one project, the first deployed.</summary>
    public static async Task<(long First, long Second)> TrainTwoLinesAsync(this Session session, string project)
    {
        var first = await session.TrainAndDeployLineAsync(project, 1);
        return (first, await session.TrainLineAsync(project, 2));
    }
}
