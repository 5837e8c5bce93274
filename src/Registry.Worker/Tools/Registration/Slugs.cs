using System.Text;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>Makes a slug from a tool's name (platform spec 5.1).</summary>
internal static class Slugs
{
    /// <summary>Longest slug, in characters.</summary>
    public const int MaxLength = 128;

    /// <summary>Lower-case ASCII letters and digits, a single hyphen for what stands between them.</summary>
    /// <returns>Empty when the name holds no letter or digit that can be kept.</returns>
    public static string From(string name)
    {
        var slug = new StringBuilder(name.Length);
        foreach (var character in name.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(character))
            {
                slug.Append(character);
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        var text = slug.ToString().TrimEnd('-');
        return text.Length <= MaxLength ? text : text[..MaxLength].TrimEnd('-');
    }
}
