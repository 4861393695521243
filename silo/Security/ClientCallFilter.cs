using System.Data.Common;
using Graincast.Projects;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Graincast.Security;

/// <summary>
/// What a client outside of the silos may call, and for whom it does. Calls between silos pass. Who a caller is stands in the message that it wrote itself:
/// <see cref="GatewayGuard"/> has seen to it that what comes in for clients says so.
/// </summary>
public sealed class ClientCallFilter(Tokens tokens) : IIncomingGrainCallFilter
{
    // Orleans' own, and internal: what a client needs to find grains, and to say that it no longer wants an answer.
    private const string ManifestInterface = "Orleans.Runtime.IClusterManifestSystemTarget";
    private const string CancellationInterface = "Orleans.Runtime.IGrainCallCancellationExtension";

    /// <inheritdoc/>
    public Task Invoke(IIncomingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return CallSource.IsSilo(context.SourceId) ? InvokeAsync(context) : InvokeForClientAsync(context);
    }

    private async Task InvokeForClientAsync(IIncomingGrainCallContext context)
    {
        object? token = RequestContext.Get(CallContext.Token);
        RequestContext.Remove(CallContext.Token);
        RequestContext.Remove(CallContext.Role);
        if (NeedsToken(context))
        {
            ProjectKey key = ProjectKey.Parse(context.TargetId.Key.ToString()!);
            RequestContext.Set(CallContext.Role, await RoleAsync(token, key.Database));
        }

        await InvokeAsync(context);
    }

    private static async Task InvokeAsync(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception exception) when (exception is GraincastException { InnerException: not null } or DbException)
        {
            throw WithoutCause(exception);
        }
    }

    // Orleans has no codec for Npgsql's exceptions, among silos neither: a caller elsewhere would be told that, instead of what is wrong.
    private static GraincastException WithoutCause(Exception exception) => exception is GraincastException known
        ? new GraincastException(known.SqlState, known.Message, known.Hint, known.Detail)
        : new GraincastException((exception as DbException)?.SqlState ?? SqlState.ConnectionLost, $"the silo could not read the catalog: {exception.Message}", "See `graincast status` on the silo's node, and its log.");

    /// <summary>Whether the call acts for somebody. 42501 for all that clients may not call.</summary>
    private static bool NeedsToken(IIncomingGrainCallContext context)
    {
        // By the type of the request's own code: the interface and the method that the message names are the client's to choose.
        IInvokable request = context.Request;
        Type called = request.GetInterfaceType();
        bool isProject = context.Grain is IProjectGrain;
        return called switch
        {
            _ when isProject && called == typeof(IProjectGrain) => true,
            _ when isProject && called == typeof(IAsyncEnumerableGrainExtension) => Starts(request),
            _ when isProject && IsOrleans(called, CancellationInterface) && request.GetArgument(0) is GrainId sender && sender == context.SourceId => false,
            _ when IsOrleans(called, ManifestInterface) => false,
            _ => throw Forbidden(called),
        };
    }

    /// <summary>Enumerations are started by a token; they go on for who knows their number, 122 random bits that the client chose.</summary>
    private static bool Starts(IInvokable request)
    {
        if (request.GetMethod().Name is nameof(IAsyncEnumerableGrainExtension.MoveNext) or nameof(IAsyncEnumerableGrainExtension.DisposeAsync))
        {
            return false;
        }

        // What is enumerated is a request of its own, of whichever interface.
        Type? called = (request.GetArgument(1) as IInvokable)?.GetInterfaceType();
        return called == typeof(IProjectGrain) ? true : throw Forbidden(called ?? typeof(IAsyncEnumerableGrainExtension));
    }

    private static bool IsOrleans(Type called, string name) => called.FullName == name && called.Assembly == typeof(RequestContextExtensions).Assembly;

    private static GraincastException Forbidden(Type called) => new(
        SqlState.InsufficientPrivilege,
        $"clients may not call {called.FullName}",
        "Clients call projects: graincast.Project(\"a_project\"). All else is in SQL.");

    private async ValueTask<string> RoleAsync(object? token, string database)
    {
        try
        {
            return token is string text
                ? (await tokens.VerifyAsync(text, database, backend: 0, CancellationToken.None)).Role
                : throw Tokens.Refused("the call has no token");
        }
        catch (DbException exception)
        {
            throw new GraincastException(
                SqlState.ConnectionLost, $"the token cannot be verified: {exception.Message}", "Start the Postgres of node 0, where the silos keep their keys.", innerException: exception);
        }
    }
}
