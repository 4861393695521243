using Graincast.Training;

namespace Graincast.Tests.Training;

/// <summary>Contributions of features as LightGBM predicts them: C_API_PREDICT_CONTRIB.</summary>
internal static unsafe class LightGbmContributions
{
    private const int Contributions = 3;

    /// <summary>For each output one number a feature, and LightGBM's base.</summary>
    public static double[] Of(string model, float[] features, int outputs)
    {
        nint booster;
        int iterations;
        LightGbmApi.Check(LightGbmApi.BoosterLoadModelFromString(model, &iterations, &booster));
        try
        {
            long length;
            var contributions = new double[outputs * (features.Length + 1)];
            fixed (float* row = features)
            fixed (double* result = contributions)
            {
                LightGbmApi.Check(LightGbmApi.BoosterPredictForMat(booster, row, LightGbmApi.Float32, 1, features.Length, 1, Contributions, 0, -1, "num_threads=1 verbosity=-1", &length, result));
            }

            return length == contributions.Length ? contributions : throw new InvalidOperationException($"{length} contributions");
        }
        finally
        {
            LightGbmApi.Check(LightGbmApi.BoosterFree(booster));
        }
    }
}
