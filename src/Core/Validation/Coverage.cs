namespace Capns.Core.Validation;

/// <summary>Which properties and elements of one value have been evaluated: the annotations behind <c>unevaluated*</c>.</summary>
internal sealed class Coverage
{
    private readonly HashSet<string> _properties = new(StringComparer.Ordinal);
    private readonly HashSet<int> _items = [];
    private int _itemsBefore;

    /// <summary>Marks a property.</summary>
    public void Add(string property) => _properties.Add(property);

    /// <summary>Marks one element.</summary>
    public void Add(int item) => _items.Add(item);

    /// <summary>Marks the elements from 0 up to, not including, <paramref name="count"/>.</summary>
    public void AddItemsBefore(int count) => _itemsBefore = Math.Max(_itemsBefore, count);

    /// <summary>True when the property is marked.</summary>
    public bool Has(string property) => _properties.Contains(property);

    /// <summary>True when the element is marked.</summary>
    public bool Has(int item) => item < _itemsBefore || _items.Contains(item);

    /// <summary>Takes over what a subschema marked.</summary>
    public void Add(Coverage other)
    {
        _properties.UnionWith(other._properties);
        _items.UnionWith(other._items);
        AddItemsBefore(other._itemsBefore);
    }
}
