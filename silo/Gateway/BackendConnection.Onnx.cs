using Graincast.Wire;

namespace Graincast.Gateway;

/// <summary>Models that the kernel does not score.</summary>
public sealed partial class BackendConnection
{
    private void ImportOnnx(ReadOnnx question, uint stream) =>
        _sender.Send(new ImageMade(Await(calls.ImportOnnxAsync(_database, question.Role, question.Onnx), stream)), stream);

    private void Score(ScoreRows question, uint stream) =>
        _sender.Send(new Scores(Await(calls.Model(node, _database, Convert.ToHexStringLower(question.Image)).ScoreAsync(question.Role, question.Inputs), stream)), stream);

    // A backend that has gone is noticed by the write that says that the silo lives.
    private T Await<T>(Task<T> call, uint stream)
    {
        while (Task.WaitAny([call], Limits.HeartbeatMs) < 0)
        {
            _sender.Send(new Progress(""), stream);
        }

        return call.GetAwaiter().GetResult();
    }
}
