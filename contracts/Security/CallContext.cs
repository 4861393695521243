namespace Graincast.Security;

/// <summary>What travels beside a call in Orleans' RequestContext.</summary>
public static class CallContext
{
    /// <summary>A client's token, as <c>pgml.client_token()</c> gives it. Looked at by the silo that takes the call, and taken away there.</summary>
    public const string Token = "graincast.token";

    /// <summary>The role that a call acts for. Only silos set it; what a client sends under this name is taken away.</summary>
    public const string Role = "graincast.role";
}
