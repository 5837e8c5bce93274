using Capns.Access;

namespace Capns.Registry.Worker.Access;

/// <summary>The caller of an HTTP request, and what a path demands of it.</summary>
internal static class HttpCaller
{
    /// <summary>Set before any endpoint runs.</summary>
    /// <exception cref="InvalidOperationException">The host does not use access control.</exception>
    public static Caller Caller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException($"Nobody has found out who asks for {context.Request.Path}.");

    /// <summary>The permission without which the path answers 403 (401 to somebody without login).</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder endpoint, string permission)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RequiredPermission(permission));

    /// <summary>Any login will do; what may be seen depends on the object and is decided by the endpoint.</summary>
    public static TBuilder RequiresLogin<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RequiredPermission(null));

    /// <summary>
    /// Somebody without a login gets in too, and is <see cref="CallerKind.Anonymous"/>; a bad login is refused all the same.
    /// </summary>
    public static TBuilder NeedsNoLogin<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new NeedsNoLogin());

    /// <summary>The endpoint finds out itself who asks, and answers a bad login in its own way.</summary>
    public static TBuilder ReadsLoginItself<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new ReadsLoginItself());
}

/// <summary>Metadata of an endpoint. Null: any login.</summary>
internal sealed record RequiredPermission(string? Permission);

/// <summary>Metadata of an endpoint that is open.</summary>
internal sealed record NeedsNoLogin;

/// <summary>Metadata of an endpoint whose login has another form, or another answer.</summary>
internal sealed record ReadsLoginItself;
