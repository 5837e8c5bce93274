using Capns.Core.Urns;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Search.Text;
using TextReader = Capns.Discovery.Worker.Search.Text.TextReader;

namespace Capns.Discovery.Worker.Search.Indexing;

/// <summary>Reads the words of a tool, field by field. Not thread-safe; made to be used again.</summary>
/// <param name="mostRemembered">Words whose terms are remembered.</param>
internal sealed class ToolText(int mostRemembered)
{
    private readonly TextReader _reader = new();
    private readonly Stemming _stemming = new(mostRemembered);
    private readonly Dictionary<string, float> _weights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _times = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tags = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What each word of a field is found by.</summary>
    /// <param name="field">Where it stands.</param>
    /// <param name="word">As it stands there, folded; valid during the call.</param>
    /// <param name="term">Its term.</param>
    public delegate void TakeWord(ToolField field, ReadOnlySpan<char> word, string term);

    /// <summary>The weights of all terms of a tool; valid until the next is read.</summary>
    public IReadOnlyDictionary<string, float> WeightsOf(CatalogueTool tool)
    {
        _weights.Clear();
        foreach (var field in Enum.GetValues<ToolField>())
        {
            _times.Clear();
            var length = 0;
            Read(tool, field, (_, word, term) =>
            {
                _times[term] = _times.GetValueOrDefault(term) + 1;
                length++;
            });
            foreach (var (term, times) in _times)
            {
                _weights[term] = _weights.GetValueOrDefault(term) + Weights.Of(field, times, length);
            }
        }

        return _weights;
    }

    /// <summary>Every word of a tool.</summary>
    public void ReadAll(CatalogueTool tool, TakeWord take)
    {
        foreach (var field in Enum.GetValues<ToolField>())
        {
            Read(tool, field, take);
        }
    }

    private void Read(CatalogueTool tool, ToolField field, TakeWord take)
    {
        switch (field)
        {
            case ToolField.Name:
                Words(field, tool.Name, take);
                if (!NameKey.AreAlike(tool.Slug, tool.Name))
                {
                    Words(field, tool.Slug, take);
                }

                break;
            case ToolField.DisplayName:
                Words(field, tool.DisplayName, take);
                break;
            case ToolField.Tags:
                All(field, tool.Tags, take);
                break;
            case ToolField.Capabilities:
                Capabilities(tool, take);
                break;
            case ToolField.Description:
                Words(field, tool.Description, take);
                break;
            case ToolField.Parameters:
                All(field, tool.ParameterNames, take);
                break;
            case ToolField.Examples:
                All(field, tool.Examples, take);
                break;
            default:
                Words(field, tool.Category, take);
                break;
        }
    }

    /// <summary>Where a tool names no capabilities, its tags stand for them (platform spec 5.1); they count once.</summary>
    private void Capabilities(CatalogueTool tool, TakeWord take)
    {
        _tags.Clear();
        _tags.UnionWith(tool.Tags);
        foreach (var capability in tool.Capabilities)
        {
            if (CapUrn.TryParse(capability, out var urn, out _))
            {
                foreach (var tag in urn.OtherTags)
                {
                    // What an operation is called counts; "any" and "none" are no words.
                    Words(ToolField.Capabilities, tag.Kind == UrnTagKind.Exact ? tag.Value : tag.Key, take);
                }

                Media(urn.Input, take);
                Media(urn.Output, take);
            }
            else if (!_tags.Contains(capability))
            {
                Words(ToolField.Capabilities, capability, take);
            }
        }
    }

    private void Media(Core.Media.MediaUrn? media, TakeWord take)
    {
        if (media is not null)
        {
            foreach (var tag in media.Tags)
            {
                Words(ToolField.Capabilities, tag.Kind == UrnTagKind.Exact ? tag.Value : tag.Key, take);
            }
        }
    }

    private void All(ToolField field, IReadOnlyList<string> texts, TakeWord take)
    {
        foreach (var text in texts)
        {
            Words(field, text, take);
        }
    }

    private void Words(ToolField field, string text, TakeWord take)
    {
        _reader.Read(text);
        foreach (var token in _reader.Tokens)
        {
            var word = _reader[token];
            // In names and tags any word may be what is searched for.
            if (field is not (ToolField.Description or ToolField.Examples or ToolField.Parameters) || !StopWords.IsStop(word))
            {
                take(field, word, _stemming.TermOf(word));
            }
        }
    }
}
