using System.Text;

namespace Capns.Registry.Worker.Api.Idempotency;

/// <summary>Gives an answer that was kept.</summary>
/// <param name="answer">The answer.</param>
/// <param name="replayed">True: to a repeat, which the header says.</param>
internal sealed class StoredResult(StoredAnswer answer, bool replayed) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers[name] = value;
        }

        if (replayed)
        {
            response.Headers[IdempotencyFilter.ReplayedHeader] = "true";
        }

        var body = Encoding.UTF8.GetBytes(answer.Body);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
