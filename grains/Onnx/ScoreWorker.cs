using System.Runtime.InteropServices;
using System.Text;
using Graincast.Scoring;
using Graincast.Wire;
using Graincast.Workers;

namespace Graincast.Onnx;

/// <summary>
/// The child process that imports or scores an ONNX model: <c>graincast score-worker</c>. It answers frames of standard input on standard output, one by one;
/// whatever native libraries print goes to standard error. The end of standard input means that the silo died: the process kills itself.
/// </summary>
public static class ScoreWorker
{
    private const int ImageMaxBytes = FrameHeader.MaxPayloadBytes - sizeof(uint);

    /// <summary>Serves until the process is killed.</summary>
    public static void Run()
    {
        using Stream output = OwnProcess.TakeStandardOutput();
        using var parent = new ParentPipe(Console.OpenStandardInput(), OwnProcess.KillSelf);
        new WorkerFrame(WorkerFrameKind.Ready, []).WriteTo(output);
        (OnnxModel Model, int Outputs)? open = null;
        while (true)
        {
            Answer(parent.Take(), ref open).WriteTo(output);
        }
    }

    /// <summary>What is said to a frame.</summary>
    internal static WorkerFrame Answer(WorkerFrame question, ref (OnnxModel Model, int Outputs)? open)
    {
        try
        {
            switch (question.Kind)
            {
                case WorkerFrameKind.Import:
                    return new WorkerFrame(WorkerFrameKind.Image, OnnxImport.ToImage(question.Bytes, ImageMaxBytes));
                case WorkerFrameKind.Open:
                    using (var image = ScoringModel.Open(Encoding.UTF8.GetString(question.Bytes), verifyHash: false))
                    {
                        open = (OnnxModel.Load(image.ExternalModel(), [[.. image.Labels]]), image.Outputs);
                    }

                    return new WorkerFrame(WorkerFrameKind.Ready, []);
                case WorkerFrameKind.Rows when open is var (model, outputs):
                    var scores = model.Score(MemoryMarshal.Cast<byte, float>(question.Bytes).ToArray(), outputs);
                    return new WorkerFrame(WorkerFrameKind.Scores, MemoryMarshal.AsBytes<double>(scores).ToArray());
                default:
                    throw new GraincastException(SqlState.InternalError, $"a scorer was sent {question.Kind}");
            }
        }
        catch (GraincastException exception)
        {
            return Failure(exception);
        }
        catch (Exception exception)
        {
            // The silo logs standard error; a user gets one line.
            Console.Error.WriteLine(exception);
            return Failure(new GraincastException(SqlState.InternalError, $"scoring failed: {exception.GetType().Name}", "The silo's log has more.", exception.Message));
        }
    }

    private static WorkerFrame Failure(GraincastException exception)
    {
        var writer = new WireWriter();
        Error.From(exception).Write(writer);
        return new WorkerFrame(WorkerFrameKind.Error, writer.ToArray());
    }
}
