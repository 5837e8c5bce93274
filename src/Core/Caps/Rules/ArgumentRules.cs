using System.Globalization;
using Capns.Core.Json;

namespace Capns.Core.Caps.Rules;

/// <summary>RULE1 to RULE7, RULE9 and RULE10, in the order that decides which is reported (CapNs spec 8.2).</summary>
internal static class ArgumentRules
{
    /// <param name="findings">Where mistakes and warnings go.</param>
    /// <param name="cap">Whose arguments.</param>
    /// <param name="path">To the definition.</param>
    public static void Check(Findings findings, Cap cap, string path)
    {
        WarnOfTwoSpellings(findings, cap, path);
        if (FindMistakes(cap).FirstOrDefault() is { } first)
        {
            findings.ReportArgument(cap.UrnString, first.Rule, path + first.Path, first.Text);
        }
    }

    /// <summary>All mistakes, in order; each is looked for only when it is asked for.</summary>
    private static IEnumerable<Mistake> FindMistakes(Cap cap) =>
        FindDuplicateUrns(cap)
            .Concat(FindEmptySources(cap))
            .Concat(cap.Args.SelectMany(FindInSources))
            .Concat(FindDifferentStdin(cap))
            .Concat(FindInPositions(cap))
            .Concat(FindDuplicateFlags(cap));

    private static IEnumerable<Mistake> FindDuplicateUrns(Cap cap)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return cap.Args.Index().Where(arg => !seen.Add(arg.Item.MediaUrn)).Select(arg =>
            new Mistake(CapRule.DuplicateArgument, PathOf(arg.Index, "media_urn"), $"Duplicate media_urn '{arg.Item.MediaUrn}'"));
    }

    private static IEnumerable<Mistake> FindEmptySources(Cap cap) =>
        cap.Args.Index().Where(arg => arg.Item.Sources.Count == 0).Select(arg =>
            new Mistake(CapRule.NoSources, PathOf(arg.Index, "sources"), $"Argument '{arg.Item.MediaUrn}' has empty sources"));

    private static IEnumerable<Mistake> FindInSources(CapArg arg, int index)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (place, source) in arg.Sources.Index())
        {
            if (!seen.Add(source.Type))
            {
                yield return new Mistake(
                    CapRule.DuplicateSourceType, PathOf(index, place), $"Argument '{arg.MediaUrn}' has duplicate source type '{source.Type}'");
            }

            if (source is ArgSource.CliFlag { Flag: var flag } && ArgSource.CliFlag.ReservedFlags.Contains(flag, StringComparer.Ordinal))
            {
                yield return new Mistake(
                    CapRule.ReservedFlag, PathOf(index, place), $"Argument '{arg.MediaUrn}' uses reserved cli_flag '{flag}'");
            }
        }

        if (arg.Position is not null && arg.CliFlag is not null)
        {
            yield return new Mistake(
                CapRule.PositionAndFlag, PathOf(index, "sources"), $"Argument '{arg.MediaUrn}' has both position and cli_flag sources");
        }
    }

    private static IEnumerable<Mistake> FindDifferentStdin(Cap cap)
    {
        var all = SourcesOf<ArgSource.Stdin>(cap).ToList();
        var first = all.Count > 0 ? all[0].Source.MediaUrn : null;
        return all.Where(stdin => stdin.Source.MediaUrn != first).Select(stdin => new Mistake(
            CapRule.DifferentStdin, stdin.Path, $"Multiple args have different stdin media_urns: '{first}' vs '{stdin.Source.MediaUrn}'"));
    }

    private static IEnumerable<Mistake> FindInPositions(Cap cap)
    {
        var all = SourcesOf<ArgSource.Position>(cap).ToList();
        var seen = new HashSet<int>();
        foreach (var (arg, source, path) in all.Where(position => !seen.Add(position.Source.Index)))
        {
            yield return new Mistake(
                CapRule.DuplicatePosition, path, $"Duplicate position {Show(source.Index)} in argument '{arg.MediaUrn}'");
        }

        var sorted = all.OrderBy(position => position.Source.Index).Index();
        foreach (var (expected, found) in sorted.Where(position => position.Index != position.Item.Source.Index))
        {
            yield return new Mistake(
                CapRule.PositionGap, found.Path, $"Position gap - expected {Show(expected)} but found {Show(found.Source.Index)}");
        }
    }

    private static IEnumerable<Mistake> FindDuplicateFlags(Cap cap)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return SourcesOf<ArgSource.CliFlag>(cap).Where(flag => !seen.Add(flag.Source.Flag)).Select(flag =>
            new Mistake(CapRule.DuplicateFlag, flag.Path, $"Duplicate cli_flag '{flag.Source.Flag}' in argument '{flag.Arg.MediaUrn}'"));
    }

    /// <summary>RULE1 and RULE3 compare strings; two spellings of one URN pass the first and fail the second.</summary>
    private static void WarnOfTwoSpellings(Findings findings, Cap cap, string path)
    {
        var args = new Spellings(findings, CapRule.DuplicateArgument);
        foreach (var (index, arg) in cap.Args.Index())
        {
            args.Add(arg.MediaUrn, path + PathOf(index, "media_urn"));
        }

        var stdin = new Spellings(findings, CapRule.DifferentStdin);
        foreach (var source in SourcesOf<ArgSource.Stdin>(cap))
        {
            stdin.Add(source.Source.MediaUrn, path + source.Path);
        }
    }

    private static IEnumerable<(CapArg Arg, T Source, string Path)> SourcesOf<T>(Cap cap)
        where T : ArgSource =>
        from arg in cap.Args.Index()
        from source in arg.Item.Sources.Index()
        where source.Item is T
        select (arg.Item, (T)source.Item, PathOf(arg.Index, source.Index));

    private static string PathOf(int arg, string member) => JsonPointer.Append(JsonPointer.Append("/args", arg), member);

    private static string PathOf(int arg, int source) => JsonPointer.Append(PathOf(arg, "sources"), source);

    private static string Show(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <param name="Rule">Which.</param>
    /// <param name="Path">Below the definition.</param>
    /// <param name="Text">Without the rule's name in front.</param>
    private sealed record Mistake(string Rule, string Path, string Text);
}
