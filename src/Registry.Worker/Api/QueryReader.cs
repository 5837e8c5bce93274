using System.Globalization;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Api;

/// <summary>Reads query parameters and notes every one that is wrong, naming parameter, value and bound. Unknown ones are ignored.</summary>
/// <remarks>Not thread-safe; made for one request.</remarks>
internal sealed class QueryReader
{
    private readonly IQueryCollection _query;
    private readonly List<FieldError> _errors = [];

    public QueryReader(IQueryCollection query)
    {
        _query = query;
        foreach (var parameter in query.Where(parameter => parameter.Value.Any(value => value?.Contains('\0', StringComparison.Ordinal) == true)))
        {
            // The name may hold it too.
            var name = Preview.Cut(parameter.Key.Replace("\0", "", StringComparison.Ordinal));
            _errors.Add(new FieldError($"/{Preview.Step(name)}", "pattern", $"{name} cannot hold the character U+0000."));
        }
    }

    /// <summary>400 INVALID_REQUEST with all that was noted; null when nothing was.</summary>
    public ProblemResult? Problem => _errors.Count == 0 ? null : new ProblemResult(ErrorCodes.InvalidRequest, _errors[0].Message, _errors);

    /// <summary>Text; empty counts as absent.</summary>
    public string? Text(string name, int max = 500)
    {
        if (!_query.TryGetValue(name, out var values) || values.All(string.IsNullOrWhiteSpace))
        {
            return null;
        }

        if (values.Count > 1)
        {
            Note(name, "maxItems", $"must be given once; it is given {values.Count} times");
            return null;
        }

        if (values[0]!.Length > max)
        {
            Note(name, "maxLength", $"must have at most {max} characters; it has {values[0]!.Length}");
            return null;
        }

        return values[0];
    }

    /// <summary>Texts between commas, or the parameter several times.</summary>
    public string[] Texts(string name, int max = 50)
    {
        string[] texts = [.. _query[name].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        if (texts.Length > max)
        {
            Note(name, "maxItems", $"must name at most {max}; it names {texts.Length}");
        }

        return texts;
    }

    /// <summary>A whole number, both bounds included.</summary>
    public int? Number(string name, int min, int max)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        Note(name, "type", $"must be a whole number from {min} to {max}; it is {Preview.Of(text)}");
        return null;
    }

    /// <summary>A number from 0 to 1, both included.</summary>
    public double? Fraction(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1)
        {
            return number;
        }

        Note(name, "type", $"must be a number from 0 to 1; it is {Preview.Of(text)}");
        return null;
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool? Flag(string name) => OneOf(name, "true", "false") is { } text ? text == "true" : null;

    /// <summary>One of some words.</summary>
    public string? OneOf(string name, params string[] words)
    {
        var text = Text(name);
        if (text is null || words.Contains(text))
        {
            return text;
        }

        Note(name, "enum", $"must be one of {string.Join(", ", words)}; it is {Preview.Of(text)}");
        return null;
    }

    /// <summary>A word of an enumeration whose 0 is no word, without regard to case.</summary>
    public T? Word<T>(string name, string words)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        var plain = text.Replace("-", "", StringComparison.Ordinal);
        if (plain.Length > 0 && char.IsAsciiLetter(plain[0]) && Enum.TryParse<T>(plain, ignoreCase: true, out var word) && !word.Equals(default(T)))
        {
            return word;
        }

        Note(name, "enum", $"must be one of {words}; it is {Preview.Of(text)}");
        return null;
    }

    /// <summary>An ISO 8601 time.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        // A + that was not encoded has come as a space.
        if (DateTimeOffset.TryParse(text.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        Note(name, "format", $"must be an ISO 8601 time, e.g. 2026-03-02T09:15:00Z; it is {Preview.Of(text)}");
        return null;
    }

    /// <summary><c>page</c> and <c>limit</c> (platform spec 4.4).</summary>
    public Paging Paging() => new(Number("page", 1, Api.Paging.MaxPage) ?? 1, Number("limit", 1, Api.Paging.MaxLimit) ?? Api.Paging.DefaultLimit);

    /// <summary><c>sort</c>: a field, with <c>-</c> in front to reverse.</summary>
    /// <param name="fallback">When absent.</param>
    /// <param name="fields">All that can be sorted by.</param>
    public (string Field, bool Descending) Sort(string fallback, params string[] fields)
    {
        var sort = Text("sort") ?? fallback;
        var field = sort.StartsWith('-') ? sort[1..] : sort;
        if (!fields.Contains(field))
        {
            Note("sort", "enum", $"must be one of {string.Join(", ", fields)}, with - in front to reverse; it is {Preview.Of(sort)}");
        }

        return (field, sort.StartsWith('-'));
    }

    /// <summary>Notes an error of one's own.</summary>
    /// <param name="name">Of the parameter.</param>
    /// <param name="keyword">Which rule, for programs.</param>
    /// <param name="rest">Completes the sentence that starts with the name.</param>
    public void Note(string name, string keyword, string rest) => _errors.Add(new FieldError($"/{name}", keyword, $"{name} {rest}."));
}
