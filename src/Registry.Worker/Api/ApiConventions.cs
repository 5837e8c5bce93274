using System.Diagnostics;
using Capns.Contracts.Executions;
using Npgsql;

namespace Capns.Registry.Worker.Api;

/// <summary>What every answer has in common: request id, trace, and errors as problems (platform spec 4.1, 4.2).</summary>
internal sealed class ApiConventions(RequestDelegate next, ILogger<ApiConventions> logger)
{
    public const string RequestIdHeader = "X-Request-ID";

    private const int MaxRequestId = 128;

    public async Task InvokeAsync(HttpContext context)
    {
        Identify(context);
        ProblemResult? problem;
        try
        {
            await next(context);
            problem = ForEmptyAnswer(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            problem = ForException(exception, context);
        }

        if (problem is not null)
        {
            await problem.ExecuteAsync(context);
        }
    }

    private static void Identify(HttpContext context)
    {
        var given = context.Request.Headers[RequestIdHeader].ToString();
        context.TraceIdentifier = given.Length is > 0 and <= MaxRequestId && given.All(character => character is > ' ' and <= '~') ? given : Guid.CreateVersion7().ToString();
        context.Response.Headers[RequestIdHeader] = context.TraceIdentifier;
        context.Response.Headers.TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity
            ? activity.Id
            : $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00";
    }

    /// <summary>Routing answers without a body where no path or method fits.</summary>
    private static ProblemResult? ForEmptyAnswer(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.ContentLength is not null || context.Response.ContentType is not null)
        {
            return null;
        }

        return context.Response.StatusCode switch
        {
            404 => new ProblemResult(ErrorCodes.NotFound, $"There is nothing at {context.Request.Path}."),
            405 => new ProblemResult(ErrorCodes.InvalidRequest, $"{context.Request.Method} is not possible at {context.Request.Path}; header Allow says what is.", status: 405),
            413 => new ProblemResult(ErrorCodes.PayloadTooLarge, "The body is too large."),
            415 => new ProblemResult(ErrorCodes.UnsupportedMediaType, "The body must be application/json."),
            >= 400 and < 500 => new ProblemResult(ErrorCodes.InvalidRequest, "The request cannot be understood.", status: context.Response.StatusCode),
            _ => null,
        };
    }

    private ProblemResult ForException(Exception exception, HttpContext context)
    {
        context.Response.Headers.ContentLength = null;
        switch (exception)
        {
            case BadHttpRequestException { StatusCode: 413 }:
                return new ProblemResult(ErrorCodes.PayloadTooLarge, "The body is too large.");
            case BadHttpRequestException bad:
                return new ProblemResult(ErrorCodes.InvalidRequest, bad.Message, status: bad.StatusCode);
            default:
                Log.RequestFailed(logger, exception, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                return IsOutage(exception)
                    ? new ProblemResult(ErrorCodes.ServiceUnavailable, "The database is away. Try again in a few seconds.")
                    : new ProblemResult(ErrorCodes.InternalError, $"Something broke inside; the log has it under request id {context.TraceIdentifier}.");
        }
    }

    private static bool IsOutage(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is NpgsqlException and (not PostgresException or PostgresException { IsTransient: true }))
            {
                return true;
            }
        }

        return false;
    }
}
