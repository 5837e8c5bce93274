using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Access.Rules;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Core.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Commands;

/// <summary>Runs a tool's examples as ordinary executions and compares what comes of them (platform spec 4.3, test).</summary>
internal static class ToolTestApi
{
    /// <summary>Maps the path.</summary>
    public static void MapToolTest(this IEndpointRouteBuilder app) =>
        app.MapPost($"{ToolsApi.Path}/{{id}}/test", TestAsync).RequiresLogin()
            .Describe("Tools", "Run the examples of a tool").Takes<TestOrder>(optional: true).Gives<TestReport>()
            .Refuses(ErrorCodes.ToolNotFound, ErrorCodes.VersionNotFound, ErrorCodes.InvalidParameters);

    private static async Task<IResult> TestAsync(string id, HttpContext context, ExecutionCommands commands, ToolCatalogue catalogue, IDbContextFactory<RegistryDbContext> contexts, Rights rights)
    {
        var (body, problem) = await JsonBody.ReadOptionalAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        var order = TestOrder.Read(body, out var errors);
        if (errors.Count > 0)
        {
            return new ProblemResult(ErrorCodes.InvalidParameters, errors[0].Message, errors);
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var found = await catalogue.ShowAsync(id, order.Version, db, context.RequestAborted);
        if (!found.Found)
        {
            return new ProblemResult(found.Code, found.Message);
        }

        // Each run asks for it too; but who may not run the tool should not hear of examples that failed.
        if (await rights.LacksAsync(context.Caller(), PermissionNames.Run(found.Tool.Definition.SecurityLevel), db, found.Tool.Row, context.RequestAborted) is { } lacking)
        {
            return lacking;
        }

        var examples = found.Tool.Definition.Examples;
        if (order.Examples.Where(index => index >= examples.Count).Select(index => (int?)index).FirstOrDefault() is { } outside)
        {
            var message = $"examples names {outside}, and the tool has {examples.Count} examples, counted from 0.";
            return new ProblemResult(ErrorCodes.InvalidParameters, message, [new FieldError("/examples", "maximum", message)]);
        }

        var chosen = order.Examples.Count > 0 ? order.Examples : [.. Enumerable.Range(0, examples.Count)];
        var results = await Task.WhenAll(chosen.Select(index => RunAsync(context, commands, found.Tool, index)));
        return Results.Json(new TestReport(results.All(result => result.Passed), results), WireJson.Options);
    }

    private static async Task<ExampleResult> RunAsync(HttpContext context, ExecutionCommands commands, ResolvedTool tool, int index)
    {
        var example = tool.Definition.Examples[index];
        var request = new JsonObject
        {
            ["toolId"] = tool.Row.Id.ToString(),
            ["version"] = tool.Definition.Version,
            ["parameters"] = JsonNode.Parse(example.Input.GetRawText()),
            ["requestedBy"] = context.Caller().Id,
        };

        // An example fits one of the operations; the first that takes it is meant.
        if (tool.Definition.Operations.FirstOrDefault(known => tool.Schemas.Parameters(known.Id, strict: true).Validate(example.Input).Count == 0) is { } operation)
        {
            request["operation"] = operation.Id;
        }

        var (row, refusal) = await commands.RunAsync(context, request, ExecutionCommands.MaxWaitMs);
        if (row is null)
        {
            return new ExampleResult(index, example.Name, false) { Error = refusal?.Message ?? $"It has not ended within {ExecutionCommands.MaxWaitMs} ms." };
        }

        JsonElement? result = row.Result is { } text ? JsonSerializer.Deserialize<JsonElement>(text) : null;
        JsonElement? error = row.Error is { } detail ? JsonSerializer.Deserialize<JsonElement>(detail) : null;
        var fits = example.ExpectedOutput is not { } expected || (result is { } got && JsonEquality.Instance.Equals(expected, got));
        return new ExampleResult(index, example.Name, row.State() == ExecutionState.Completed && fits)
        {
            ExecutionId = row.CorrelationId,
            Result = result,
            Error = error?.GetProperty("message").GetString() ?? (fits ? null : "The result is not what the example expects."),
            DurationMs = row.StartedAt is { } start && row.CompletedAt is { } end ? (long)(end - start).TotalMilliseconds : null,
        };
    }
}

/// <summary>Body of a test.</summary>
internal sealed record TestOrder
{
    public string? Version { get; init; }

    /// <summary>Counted from 0; empty: all.</summary>
    public IReadOnlyList<int> Examples { get; init; } = [];

    /// <summary>Reads it.</summary>
    public static TestOrder Read(JsonElement body, out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        errors = found;
        if (body.ValueKind != JsonValueKind.Object)
        {
            found.Add(new FieldError("", "type", $"The body must be an object; it is {Preview.Of(body)}."));
            return new TestOrder();
        }

        var fields = new JsonFields(body, "", found);
        var version = fields.Text("version", 128);
        var examples = new List<int>();
        foreach (var item in fields.Items("examples", 20) ?? [])
        {
            if (item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var index) && index >= 0)
            {
                examples.Add(index);
            }
            else
            {
                fields.Note("examples", "items", $"must be numbers of examples, counted from 0; one is {Preview.Of(item)}");
            }
        }

        return new TestOrder { Version = version, Examples = [.. examples.Distinct()] };
    }
}

/// <summary>Answer of a test.</summary>
internal sealed record TestReport(bool Passed, IReadOnlyList<ExampleResult> Results);

/// <summary>One example.</summary>
internal sealed record ExampleResult(int Example, string Name, bool Passed)
{
    public Guid? ExecutionId { get; init; }

    public JsonElement? Result { get; init; }

    public string? Error { get; init; }

    public long? DurationMs { get; init; }
}
