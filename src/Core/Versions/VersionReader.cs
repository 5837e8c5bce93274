using System.Globalization;

namespace Capns.Core.Versions;

/// <summary>Reads versions, and the partial ones of ranges, character by character.</summary>
internal sealed class VersionReader(string text)
{
    private int _at;

    /// <summary>The first mistake.</summary>
    public VersionError? Error { get; private set; }

    /// <summary>Reads the whole text as a version; null when it is none.</summary>
    public SemVersion? ReadVersion()
    {
        var partial = ReadPartial();
        if (Error is null && partial.Parts < 3)
        {
            Refuse("must be major.minor.patch");
        }

        return Error is null
            ? new SemVersion(partial.Major, partial.Minor, partial.Patch, partial.Prerelease, partial.Build)
            : null;
    }

    /// <summary>Reads the rest of the text as a version of which later parts may be missing or <c>x</c>.</summary>
    public PartialVersion ReadPartial()
    {
        var numbers = new long[3];
        var parts = 0;
        var open = false;
        for (var i = 0; i < 3 && Error is null; i++)
        {
            if (i > 0 && !TrySkip('.'))
            {
                break;
            }

            if (TrySkip('x') || TrySkip('X') || TrySkip('*'))
            {
                open = true;
            }
            else
            {
                // npm reads 1.x.3 as 1.x.
                var number = ReadNumber();
                numbers[i] = open ? 0 : number;
                parts += open ? 0 : 1;
            }
        }

        var prerelease = parts == 3 && Error is null && TrySkip('-') ? ReadIdentifiers(isBuild: false) : [];
        var build = parts == 3 && Error is null && TrySkip('+') ? string.Join('.', ReadIdentifiers(isBuild: true)) : string.Empty;
        if (Error is null && _at < text.Length)
        {
            Refuse($"'{text[_at]}' is not expected");
        }

        return new PartialVersion(parts, numbers[0], numbers[1], numbers[2], prerelease, build);
    }

    /// <summary>Passes over a character if it is next.</summary>
    public bool TrySkip(char symbol)
    {
        if (_at >= text.Length || text[_at] != symbol)
        {
            return false;
        }

        _at++;
        return true;
    }

    private long ReadNumber()
    {
        var start = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            _at++;
        }

        var digits = text.AsSpan(start, _at - start);
        if (digits.Length == 0)
        {
            Refuse("must be a number");
        }
        else if (digits.Length > 1 && digits[0] == '0')
        {
            Refuse("must have no leading zero", start);
        }
        else if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > SemVersion.MaxNumber)
        {
            Refuse($"must be at most {SemVersion.MaxNumber}", start);
        }
        else
        {
            return number;
        }

        return 0;
    }

    private string[] ReadIdentifiers(bool isBuild)
    {
        var identifiers = new List<string>();
        do
        {
            var start = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '-'))
            {
                _at++;
            }

            var identifier = text[start.._at];
            identifiers.Add(identifier);
            if (identifier.Length == 0)
            {
                Refuse("must be an identifier of letters, digits and hyphens");
            }
            else if (!isBuild && identifier.Length > 1 && identifier[0] == '0' && identifier.All(char.IsAsciiDigit))
            {
                Refuse("must have no leading zero", start);
            }
        }
        while (Error is null && TrySkip('.'));

        return [.. identifiers];
    }

    private void Refuse(string message, int? position = null) => Error ??= new VersionError(position ?? _at, message);
}
