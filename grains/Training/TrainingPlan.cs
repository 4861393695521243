using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// A training that may begin: the caller's settings, checked before a row is read. Pure and cheap, so the supervisor makes one at
/// BeginRun and the worker makes the same one again.
/// </summary>
public sealed class TrainingPlan
{
    private TrainingPlan(TrainingSpec spec, AlgorithmEntry algorithm, HyperparameterValues hyperparameters, SearchPlan? search, Sampling sampling)
    {
        Spec = spec;
        Algorithm = algorithm;
        Hyperparameters = hyperparameters;
        Search = search;
        Sampling = sampling;
        Features = [.. spec.Columns.Where(column => column.IsFeature)];
        Labels = [.. spec.Columns.Where(column => column.IsLabel)];
        Preprocess = new PreprocessPlan(spec.Preprocess, Features, Task);
        Notices =
        [
            .. algorithm.Notice is { } notice ? [notice] : Array.Empty<string>(),
            .. hyperparameters.Inert.Union(search?.Trials[0].Values.Inert ?? []).Select(name => $"{algorithm.Name}: hyperparameter \"{name}\" has no effect here"),
        ];
    }

    /// <summary>What was asked for.</summary>
    public TrainingSpec Spec { get; }

    /// <summary>What a model of this training answers.</summary>
    public ModelTask Task => Algorithm.Task;

    /// <summary>Every hyperparameter with the value that will be used; in a search, that of those that are not searched over.</summary>
    public HyperparameterValues Hyperparameters { get; }

    /// <summary>0 … 2³¹−1: hyperparameter <c>seed</c>.</summary>
    public long Seed => Hyperparameters.Integer(HyperparameterTable.Seed.Name);

    /// <summary>Whether the rows must be at one node, since the algorithm cannot learn from several.</summary>
    public bool IsGathered => Algorithm.IsGathered;

    /// <summary>Whether the order in which rows came matters.</summary>
    public bool NeedsOrder => Sampling == Sampling.Last;

    /// <summary>What the caller should hear before training starts, one NOTICE each.</summary>
    public IReadOnlyList<string> Notices { get; }

    /// <summary>The columns that are learnt from, in the fed order.</summary>
    public IReadOnlyList<ColumnSpec> Features { get; }

    /// <summary>The columns that are learnt, in the order of the answers: none, one, or several that are learnt together.</summary>
    public IReadOnlyList<ColumnSpec> Labels { get; }

    internal AlgorithmEntry Algorithm { get; }

    /// <summary>The search for hyperparameters before the fit, if there is one.</summary>
    internal SearchPlan? Search { get; }

    internal Sampling Sampling { get; }

    internal PreprocessPlan Preprocess { get; }

    /// <summary>Checks everything that can be checked without rows.</summary>
    /// <exception cref="GraincastException">
    /// 22023: unknown task, algorithm, hyperparameter, sampling or column; a value out of bounds; a label too many or too few.
    /// 0A000: a known algorithm or form that is not offered, a column that is encoded by several labels. 42804: a column type that cannot be used there.
    /// </exception>
    public static TrainingPlan Create(TrainingSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var task = AlgorithmCatalog.TaskOf(spec.Task);
        var algorithm = AlgorithmCatalog.Find(task, spec.Algorithm);
        var hyperparameters = algorithm.Table.Read(spec.Hyperparams, spec.Algorithm);
        var sampling = ReadSampling(spec.Sampling);
        CheckTestSize(spec.TestSize);
        CheckColumns(spec.Columns, task);
        var search = SearchPlan.Read(spec, algorithm.Table, hyperparameters.Integer(HyperparameterTable.Seed.Name));
        var plan = new TrainingPlan(spec, algorithm, hyperparameters, search, sampling);
        plan.CheckEncodings();
        return plan;
    }

    /// <summary>The same training with other hyperparameters, and no search.</summary>
    internal TrainingPlan With(HyperparameterValues hyperparameters) => new(Spec, Algorithm, hyperparameters, null, Sampling);

    // The labels share their features, and this encoding would be another for each.
    private void CheckEncodings()
    {
        if (Labels.Count > 1 && Features.FirstOrDefault(column => Preprocess.Of(column.Name).Encode == Encode.Target) is { } column)
        {
            throw new GraincastException(SqlState.FeatureNotSupported, $"column \"{column.Name}\" cannot be encoded by the target of {Labels.Count} labels", "Use one_hot, or train each label by itself.");
        }
    }

    private static Sampling ReadSampling(string name) => name switch
    {
        "random" => Sampling.Random,
        "last" => Sampling.Last,
        "stratified" => Sampling.Stratified,
        _ => throw new GraincastException(SqlState.InvalidParameter, $"unknown sampling \"{name}\"", "Samplings: random, last, stratified."),
    };

    private static void CheckTestSize(float testSize)
    {
        if (!float.IsFinite(testSize) || testSize < 0)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"test_size must be 0 or more, not {testSize}",
                "Up to 1 it is a fraction of the rows, above 1 a number of rows.");
        }

        if (testSize > 1 && testSize != MathF.Floor(testSize))
        {
            throw new GraincastException(SqlState.InvalidParameter, $"test_size above 1 is a number of rows and must be whole, not {testSize}",
                "Give a whole number of rows, or a fraction below 1.");
        }
    }

    private static void CheckColumns(IReadOnlyList<ColumnSpec> columns, ModelTask task)
    {
        var names = new HashSet<string>();
        foreach (var column in columns)
        {
            if (!names.Add(column.Name))
            {
                throw new GraincastException(SqlState.InvalidParameter, $"two columns have the name \"{column.Name}\"", "Name them apart in a view.");
            }

            if (!Enum.IsDefined(column.Type) || (column.IsArray && column.Type == ColumnType.Text))
            {
                throw new GraincastException(SqlState.DatatypeMismatch, $"column \"{column.Name}\" has a type that cannot be trained on", "Leave it out, or cast it, in a view.");
            }
        }

        var labels = columns.Where(column => column.IsLabel).ToList();
        var supervised = task is ModelTask.Regression or ModelTask.Classification;
        if (supervised != (labels.Count > 0))
        {
            throw new GraincastException(SqlState.InvalidParameter,
                supervised ? $"{AlgorithmCatalog.NameOf(task)} needs a label" : $"{AlgorithmCatalog.NameOf(task)} has no label",
                supervised ? "Pass y_column_name." : "Pass y_column_name => NULL.");
        }

        if (!columns.Any(column => column.IsFeature))
        {
            throw new GraincastException(SqlState.InvalidParameter, "there is no feature column", "The relation needs a column besides the label and the weight.");
        }

        labels.ForEach(label => CheckLabel(label, task));
        CheckWeight([.. columns.Where(column => column.IsWeight)]);
    }

    private static void CheckWeight(IReadOnlyList<ColumnSpec> weights)
    {
        if (weights.Count > 1 || weights.Any(column => column.IsLabel))
        {
            throw new GraincastException(SqlState.InvalidParameter, weights.Count > 1 ? "more than one weight column" : $"column \"{weights[0].Name}\" is the label and the weight",
                "One column that is neither label nor feature has the weights.");
        }

        if (weights.Any(column => column.IsArray || column.Type is ColumnType.Text or ColumnType.Bool))
        {
            throw new GraincastException(SqlState.DatatypeMismatch, $"weight column \"{weights[0].Name}\" has no numbers", "A weight is one number: cast it in a view.");
        }
    }

    private static void CheckLabel(ColumnSpec label, ModelTask task)
    {
        if (label.IsArray)
        {
            throw new GraincastException(SqlState.DatatypeMismatch, $"label column \"{label.Name}\" is an array", "A label is one number, text or bool.");
        }

        if (task == ModelTask.Regression && label.Type == ColumnType.Text)
        {
            throw new GraincastException(SqlState.DatatypeMismatch, $"label column \"{label.Name}\" is text, regression needs a number",
                "Texts are labels of task => 'classification'.");
        }
    }
}
