using System.Globalization;
using System.Text.Json.Nodes;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api.Idempotency;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Capns.Registry.Worker.Api.Description;

/// <summary>Writes down of one path and method: parameters, body, headers, refusals, permission.</summary>
internal static class OperationDescription
{
    /// <summary>What any path may answer (platform spec 4.2).</summary>
    private static readonly ErrorCode[] Always =
    [
        ErrorCodes.InvalidRequest, ErrorCodes.Unauthenticated, ErrorCodes.InsufficientPermissions, ErrorCodes.RateLimited, ErrorCodes.InternalError, ErrorCodes.ServiceUnavailable,
    ];

    public static async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var path = context.Description.RelativePath ?? "";
        var marks = context.Description.ActionDescriptor.EndpointMetadata;
        operation.OperationId = Name(context.Description.HttpMethod ?? "GET", path);
        operation.Summary ??= Words(operation.OperationId);
        if (!marks.OfType<Microsoft.AspNetCore.Http.Metadata.ITagsMetadata>().Any())
        {
            operation.Tags = new HashSet<OpenApiTagReference> { new(Group(path), context.Document) };
        }

        if (marks.OfType<RequiredPermission>().LastOrDefault()?.Permission is { } permission)
        {
            operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
            operation.Extensions["x-permission"] = new JsonNodeExtension(JsonValue.Create(permission));
            operation.Description ??= $"Needs permission {permission}.";
        }

        AddParameters(operation, marks);
        await AddBodyAsync(operation, marks, context, cancellationToken);
        foreach (var tagged in marks.OfType<AnswerMark>().Where(answer => answer.Tagged))
        {
            if (operation.Responses?.GetValueOrDefault(tagged.Status.ToString(CultureInfo.InvariantCulture)) is OpenApiResponse response)
            {
                response.Headers = new Dictionary<string, IOpenApiHeader> { ["ETag"] = new OpenApiHeader { Description = "Strong; for If-Match.", Schema = Text() } };
            }
        }

        await AddProblemsAsync(operation, marks, context, cancellationToken);
    }

    private static void AddParameters(OpenApiOperation operation, IList<object> marks)
    {
        operation.Parameters ??= [];
        foreach (var query in marks.OfType<QueryMark>().DistinctBy(mark => mark.Name))
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = query.Name,
                In = ParameterLocation.Query,
                Description = query.Text,
                Schema = new OpenApiSchema
                {
                    Type = query.Type switch { "integer" => JsonSchemaType.Integer, "number" => JsonSchemaType.Number, "boolean" => JsonSchemaType.Boolean, _ => JsonSchemaType.String },
                    Minimum = query.Min?.ToString(CultureInfo.InvariantCulture),
                    Maximum = query.Max?.ToString(CultureInfo.InvariantCulture),
                    Default = query.Default is { } value ? JsonValue.Create(value) : null,
                },
            });
        }

        if (marks.OfType<IfMatchMark>().Any())
        {
            operation.Parameters.Add(new OpenApiParameter { Name = "If-Match", In = ParameterLocation.Header, Required = true, Description = "ETag of the state that is changed, or *.", Schema = Text() });
        }

        if (marks.OfType<IdempotentMark>().Any())
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = IdempotencyFilter.Header,
                In = ParameterLocation.Header,
                Description = "1 to 128 characters. The same key and body get the first answer again, for 24 h.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyFilter.MaxKey },
            });
        }
    }

    private static async Task AddBodyAsync(OpenApiOperation operation, IList<object> marks, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (marks.OfType<BodyMark>().LastOrDefault() is not { } body)
        {
            return;
        }

        var schema = await ReferenceAsync(body.Type, context, cancellationToken);
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = !body.Optional,
            Content = new Dictionary<string, OpenApiMediaType> { [body.ContentType] = new() { Schema = schema, Example = ApiExamples.Of(body.Type, context.Description.RelativePath ?? "") } },
        };
    }

    private static async Task AddProblemsAsync(OpenApiOperation operation, IList<object> marks, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var codes = Always.Concat(marks.OfType<RefusalMark>().SelectMany(mark => mark.Codes)).ToList();
        if (marks.OfType<BodyMark>().Any())
        {
            codes.AddRange([ErrorCodes.PayloadTooLarge, ErrorCodes.UnsupportedMediaType]);
        }

        if (marks.OfType<IdempotentMark>().Any())
        {
            codes.AddRange([ErrorCodes.IdempotencyKeyReused, ErrorCodes.IdempotencyInProgress]);
        }

        var problem = await ReferenceAsync(typeof(Problem), context, cancellationToken);
        operation.Responses ??= [];
        foreach (var status in codes.DistinctBy(code => code.Code).GroupBy(code => code.HttpStatus))
        {
            operation.Responses[status.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join(", ", status.Select(code => code.Code)),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [ProblemResult.ContentType] = new() { Schema = problem, Example = ApiExamples.Problem(status.First(), context.Description.RelativePath ?? "") },
                },
            };
        }
    }

    private static async Task<IOpenApiSchema> ReferenceAsync(Type type, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var document = context.Document!;
        if (document.Components?.Schemas?.ContainsKey(type.Name) != true)
        {
            document.AddComponent<IOpenApiSchema>(type.Name, await context.GetOrCreateSchemaAsync(type, null, cancellationToken));
        }

        return new OpenApiSchemaReference(type.Name, document);
    }

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    /// <summary>E.g. <c>get_tools_id_versions</c>.</summary>
    private static string Name(string method, string path)
    {
        var steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(step => step.Trim('{', '}').Split(':')[0].Replace('-', '_'));
        return $"{method.ToLowerInvariant()}_{string.Join('_', steps)}";
    }

    private static string Words(string name) => char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ');

    private static string Group(string path)
    {
        var first = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Skip(2).FirstOrDefault() ?? "other";
        return char.ToUpperInvariant(first[0]) + first[1..];
    }
}
