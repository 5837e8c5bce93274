namespace Capns.Registry.Worker.Access.Login;

/// <summary>Adds <see cref="SecureHeaders"/> before anything else answers: also to what is refused while the registry starts.</summary>
internal sealed class HeadersFirst : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, following) =>
        {
            SecureHeaders.AddTo(context);
            return following(context);
        });
        next(app);
    };
}

/// <summary>Headers that keep browsers from doing with our answers what nobody asked for. What an endpoint has set itself stays.</summary>
internal static class SecureHeaders
{
    private static readonly (string Name, string Value)[] Always =
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ];

    /// <summary>Adds them as the answer starts.</summary>
    public static void AddTo(HttpContext context) => context.Response.OnStarting(static state =>
    {
        var http = (HttpContext)state;
        var headers = http.Response.Headers;
        foreach (var (name, value) in Always)
        {
            headers.TryAdd(name, value);
        }

        // With an entity tag a client may keep the answer, and asks each time whether it still holds.
        headers.TryAdd("Cache-Control", headers.ETag.Count > 0 ? "private, no-cache" : "no-store");
        if (http.Request.IsHttps)
        {
            headers.TryAdd("Strict-Transport-Security", "max-age=31536000");
        }

        return Task.CompletedTask;
    }, context);
}
