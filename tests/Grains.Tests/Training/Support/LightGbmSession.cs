using System.Runtime.InteropServices;
using System.Text;
using Graincast.Training;

namespace Graincast.Tests.Training;

/// <summary>LightGBM as its users have it: rows in, a model's text out, and what it predicts from such a text.</summary>
internal static unsafe partial class LightGbmSession
{
    public static string Train(float[] features, float[] labels, string parameters, int iterations)
    {
        LightGbmApi.Silence();
        nint dataset, booster;
        parameters += " num_threads=1 verbosity=-1 deterministic=true min_data_in_bin=1";
        fixed (float* rows = features)
        fixed (float* label = labels)
        {
            LightGbmApi.Check(DatasetCreateFromMat(rows, LightGbmApi.Float32, labels.Length, features.Length / labels.Length, 1, parameters, 0, &dataset));
            LightGbmApi.Check(LightGbmApi.DatasetSetField(dataset, "label", label, labels.Length, LightGbmApi.Float32));
        }

        LightGbmApi.Check(LightGbmApi.BoosterCreate(dataset, parameters, &booster));
        try
        {
            int finished = 0;
            for (var i = 0; i < iterations && finished == 0; i++)
            {
                LightGbmApi.Check(LightGbmApi.BoosterUpdateOneIter(booster, &finished));
            }

            var buffer = new byte[1 << 22];
            long bytes;
            fixed (byte* text = buffer)
            {
                LightGbmApi.Check(LightGbmApi.BoosterSaveModelToString(booster, 0, -1, 0, buffer.Length, &bytes, text));
            }

            return Encoding.UTF8.GetString(buffer, 0, (int)bytes - 1);
        }
        finally
        {
            LightGbmApi.Check(LightGbmApi.BoosterFree(booster));
            LightGbmApi.Check(LightGbmApi.DatasetFree(dataset));
        }
    }

    /// <summary>Its answers: after the link, outputs next to each other.</summary>
    public static double[] Predict(string model, float[] features, int rows, int outputs)
    {
        nint booster;
        int iterations;
        LightGbmApi.Check(LightGbmApi.BoosterLoadModelFromString(model, &iterations, &booster));
        try
        {
            long length;
            var answers = new double[rows * outputs];
            fixed (float* data = features)
            fixed (double* result = answers)
            {
                LightGbmApi.Check(LightGbmApi.BoosterPredictForMat(
                    booster, data, LightGbmApi.Float32, rows, features.Length / rows, 1, LightGbmApi.Answer, 0, -1, "num_threads=1 verbosity=-1", &length, result));
            }

            return length == answers.Length ? answers : throw new InvalidOperationException($"{length} answers");
        }
        finally
        {
            LightGbmApi.Check(LightGbmApi.BoosterFree(booster));
        }
    }

    [LibraryImport("lib_lightgbm", EntryPoint = "LGBM_DatasetCreateFromMat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DatasetCreateFromMat(void* data, int type, int rows, int columns, int rowMajor, string parameters, nint reference, nint* dataset);
}
