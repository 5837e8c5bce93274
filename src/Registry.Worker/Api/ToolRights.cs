using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Registry.Worker.Tools.Definitions;

namespace Capns.Registry.Worker.Api;

/// <summary>What a caller needs to write a tool (platform spec 4.3, 5.1, 8.2).</summary>
internal static class ToolRights
{
    /// <summary>For a tool that is not there yet: trust and pool need more than writing; so does another owner's name.</summary>
    public static async Task<ProblemResult?> ForNewAsync(HttpContext context, ToolDefinition definition, Rights rights, RegistryDbContext db)
    {
        var caller = context.Caller();
        if (definition.Owner is { } owner && owner != caller.Id && await rights.LacksAsync(caller, "tool:write:any", db, null, context.RequestAborted) is { } other)
        {
            return other;
        }

        return definition.Pool is not null || definition.Trust == "trusted"
            ? await rights.LacksAsync(caller, "tool:trust", db, null, context.RequestAborted)
            : null;
    }

    /// <summary>For a tool that is there: it is the caller's, or the caller may write any.</summary>
    public static ValueTask<ProblemResult?> ForAsync(HttpContext context, Tool tool, Rights rights, RegistryDbContext db) =>
        rights.LacksAsync(context.Caller(), "tool:write", db, tool, context.RequestAborted);

    /// <summary>For a new version: a pool it did not have before needs tool:trust, as when it was registered.</summary>
    public static async Task<ProblemResult?> ForVersionAsync(HttpContext context, Tool tool, ToolDefinition definition, Rights rights, RegistryDbContext db) =>
        await ForAsync(context, tool, rights, db)
        ?? (definition.Pool is not null && definition.Pool != tool.Pool ? await rights.LacksAsync(context.Caller(), "tool:trust", db, tool, context.RequestAborted) : null);

    /// <summary>For a change of flags: another trust needs tool:trust, giving the tool away tool:write:any.</summary>
    public static async Task<ProblemResult?> ForFlagsAsync(HttpContext context, Tool tool, string? trust, string? owner, Rights rights, RegistryDbContext db)
    {
        if (await ForAsync(context, tool, rights, db) is { } lacking)
        {
            return lacking;
        }

        if (trust is not null && trust != tool.Trust && await rights.LacksAsync(context.Caller(), "tool:trust", db, tool, context.RequestAborted) is { } untrusted)
        {
            return untrusted;
        }

        return owner is not null && owner != tool.Owner && owner != context.Caller().Id
            ? await rights.LacksAsync(context.Caller(), "tool:write:any", db, tool, context.RequestAborted)
            : null;
    }

    /// <summary>For going over a refusal.</summary>
    public static async Task<ProblemResult?> ForForceAsync(HttpContext context, bool force, Tool tool, Rights rights, RegistryDbContext db) =>
        force ? await rights.LacksAsync(context.Caller(), "admin:force", db, tool, context.RequestAborted) : null;
}
