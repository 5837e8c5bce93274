using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Capns.Registry.Worker.Api.Description;

/// <summary>Makes <c>/openapi.json</c> of the endpoints and what they say of themselves (platform spec 2.2, O49).</summary>
internal static class ApiDocument
{
    private static readonly Dictionary<string, string> Groups = new(StringComparer.Ordinal)
    {
        ["Tools"] = "Definitions, their versions and flags.",
        ["Executions"] = "Runs of tools: start, follow, end, repeat.",
        ["Discovery"] = "Finding the right tool: search, recommendations, how tools belong together, and what was learned.",
        ["Capabilities"] = "What the tools can do, and who provides it.",
        ["Operations"] = "For who runs the installation.",
    };

    /// <summary>Registers the document.</summary>
    public static IServiceCollection AddApiDocument(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options =>
        {
            var wire = WireJson.Options;
            options.SerializerOptions.PropertyNamingPolicy = wire.PropertyNamingPolicy;
            options.SerializerOptions.DefaultIgnoreCondition = wire.DefaultIgnoreCondition;
            options.SerializerOptions.NumberHandling = wire.NumberHandling;
            options.SerializerOptions.MaxDepth = wire.MaxDepth;
            foreach (var converter in wire.Converters)
            {
                options.SerializerOptions.Converters.Add(converter);
            }
        });
        services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
            options.AddDocumentTransformer(DescribeAsync);
            options.AddOperationTransformer(OperationDescription.TransformAsync);
            options.AddSchemaTransformer(TransformSchemaAsync);
        });
        return services;
    }

    /// <summary>Serves the descriptions and the page that shows them; none needs a login.</summary>
    public static void MapApiDocument(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi("/openapi.json").NeedsNoLogin();
        DocumentPage.Map(app);
    }

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Capns",
            Version = "1.0.0",
            Description = "Capability registry and tool runner. Errors are problems (RFC 9457) with a code; lists are pages; single tools carry an ETag, "
                + "and changing one needs If-Match. What is published on the bus is in /asyncapi.json.",
        };
        foreach (var tag in document.Tags ?? new HashSet<OpenApiTag>())
        {
            tag.Description ??= Groups.GetValueOrDefault(tag.Name ?? "", $"{tag.Name}.");
        }

        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" },
            ["apiKey"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-API-Key" },
        };
        document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("apiKey", document)] = [] },
        ];
        return Task.CompletedTask;
    }

    /// <summary>Says of types that have a converter of their own what that writes.</summary>
    private static Task TransformSchemaAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        // Absent members are left out, never null.
        schema.Type &= ~JsonSchemaType.Null;
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(DateTimeOffset))
        {
            (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
        }
        else if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.SerializeToNode(value, type, WireJson.Options)!).Where(word => word.GetValue<string>() != "unknown")];
        }
        else if (type == typeof(decimal))
        {
            schema.Type = JsonSchemaType.Number;
        }
        else if (type == typeof(JsonObject))
        {
            schema.Type = JsonSchemaType.Object;
        }
        else if (type == typeof(JsonElement) || type == typeof(JsonNode))
        {
            schema.Type = null;
        }

        if (type == typeof(Tools.Definitions.ToolDefinition))
        {
            // The reader fills in the rest.
            schema.Required = new HashSet<string> { "name", "description", "version", "category", "parameters" };
        }
        else if (type == typeof(Tools.Definitions.ToolExecutor))
        {
            schema.Required = new HashSet<string> { "type" };
        }

        if (type == typeof(ToolResource))
        {
            schema.Description = "A tool: the members of its definition (ToolDefinition), with the flags of now, and these.";
            schema.AdditionalPropertiesAllowed = true;
        }

        return Task.CompletedTask;
    }
}
