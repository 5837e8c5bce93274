using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Capns.Core.Validation;

/// <summary>Writes a pattern of ECMA-262 as one of .NET that means the same, or says what it cannot.</summary>
internal sealed class PatternTranslation(string pattern)
{
    private const string AnyCharacter = @"(?:[\ud800-\udbff][\udc00-\udfff]|[^\n\r\u2028\u2029])";

    private readonly StringBuilder _output = new(pattern.Length + 16);
    private int _at;
    private int _nesting;
    private string? _error;

    /// <summary>Translates the whole pattern.</summary>
    public bool TryTranslate([NotNullWhen(true)] out string? translated, [NotNullWhen(false)] out string? error)
    {
        while (_at < pattern.Length && _error is null)
        {
            TranslateNext();
        }

        error = _error;
        translated = error is null ? _output.ToString() : null;
        return error is null;
    }

    private void TranslateNext()
    {
        var symbol = pattern[_at++];
        switch (symbol)
        {
            case '\\':
                TranslateEscape();
                break;
            case '[':
                TranslateClass();
                break;
            case '(':
                TranslateGroup();
                break;
            case ')':
                _nesting--;
                _output.Append(')');
                break;
            case '.':
                _output.Append(AnyCharacter);
                break;
            case '$':
                // .NET's $ also matches before a newline at the end.
                _output.Append(@"\z");
                break;
            default:
                AppendLiteral(symbol);
                break;
        }
    }

    private void AppendLiteral(char symbol)
    {
        if (char.IsHighSurrogate(symbol) && _at < pattern.Length && char.IsLowSurrogate(pattern[_at]))
        {
            // One character to the schema's author: a quantifier after it must take both halves.
            _output.Append("(?:").Append(symbol).Append(pattern[_at++]).Append(')');
            return;
        }

        _output.Append(symbol);
    }

    private void TranslateGroup()
    {
        _output.Append('(');
        if (PatternEngine.FindProblem(++_nesting) is { } problem)
        {
            Refuse(problem);
            return;
        }

        if (_at >= pattern.Length || pattern[_at] != '?')
        {
            return;
        }

        var rest = pattern.AsSpan(_at);
        foreach (var opening in (string[])["?:", "?=", "?!", "?<=", "?<!"])
        {
            if (rest.StartsWith(opening, StringComparison.Ordinal))
            {
                _output.Append(opening);
                _at += opening.Length;
                return;
            }
        }

        if (rest.Length < 3 || rest[1] != '<' || !(char.IsAsciiLetter(rest[2]) || rest[2] is '_' or '$'))
        {
            Refuse("a group may begin with ?:, ?=, ?!, ?<=, ?<! or ?<name>");
        }
    }

    private void TranslateEscape()
    {
        if (_at >= pattern.Length)
        {
            Refuse("it ends in a backslash");
            return;
        }

        var symbol = pattern[_at];
        if (char.IsBetween(symbol, '1', '9') || symbol == 'k')
        {
            TranslateBackreference();
        }
        else if (symbol is 'b' or 'B')
        {
            _at++;
            _output.Append(WordBoundary(symbol == 'B'));
        }
        else if (PatternEscape.TryRead(pattern, ref _at, out var escape, out var problem))
        {
            _output.Append(escape.Outside);
        }
        else
        {
            Refuse(problem);
        }
    }

    /// <summary>.NET's own boundary takes letters of every script for words; ECMA-262's takes only ASCII.</summary>
    private static string WordBoundary(bool negated)
    {
        const string Word = "[0-9A-Za-z_]";
        return negated
            ? $"(?:(?<={Word})(?={Word})|(?<!{Word})(?!{Word}))"
            : $"(?:(?<={Word})(?!{Word})|(?<!{Word})(?={Word}))";
    }

    private void TranslateBackreference()
    {
        var start = _at++;
        if (pattern[start] != 'k')
        {
            while (_at < pattern.Length && char.IsAsciiDigit(pattern[_at]))
            {
                _at++;
            }

            _output.Append(@"(?:\").Append(pattern, start, _at - start).Append(')');
            return;
        }

        var end = pattern.IndexOf('>', _at);
        if (_at >= pattern.Length || pattern[_at] != '<' || end < 0)
        {
            Refuse(@"\k needs <name>");
            return;
        }

        _output.Append('\\').Append(pattern, start, end + 1 - start);
        _at = end + 1;
    }

    private void TranslateClass()
    {
        var negated = _at < pattern.Length && pattern[_at] == '^';
        _at += negated ? 1 : 0;
        var members = new PatternClass(negated);
        while (_at < pattern.Length && pattern[_at] != ']' && _error is null)
        {
            AddMember(members);
        }

        if (_at >= pattern.Length)
        {
            Refuse("a [ is not closed");
            return;
        }

        _at++;
        _output.Append(members.Write());
    }

    private void AddMember(PatternClass members)
    {
        if (!TryReadMember(out var first))
        {
            return;
        }

        var isRange = _at + 1 < pattern.Length && pattern[_at] == '-' && pattern[_at + 1] != ']';
        if (!isRange)
        {
            members.Add(first);
            return;
        }

        _at++;
        if (!TryReadMember(out var last))
        {
            return;
        }

        if (first.CodePoint is not { } from || last.CodePoint is not { } to || from > to)
        {
            Refuse("a range needs two characters in ascending order");
            return;
        }

        members.Add(from, to);
    }

    private bool TryReadMember(out PatternEscape member)
    {
        if (pattern[_at] == '\\')
        {
            _at++;
            if (_at < pattern.Length && pattern[_at] is 'b' or '-')
            {
                member = PatternEscape.Character(pattern[_at++] == 'b' ? '\b' : '-');
                return true;
            }

            if (PatternEscape.TryRead(pattern, ref _at, out member, out var problem))
            {
                return true;
            }

            Refuse(problem);
            return false;
        }

        Rune.DecodeFromUtf16(pattern.AsSpan(_at), out var rune, out var length);
        member = PatternEscape.Character(length == 2 ? rune.Value : pattern[_at]);
        _at += length;
        return true;
    }

    private void Refuse(string problem) => _error ??= string.Create(CultureInfo.InvariantCulture, $"{problem} (character {_at})");
}
