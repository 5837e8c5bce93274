using Capns.Core.Media;

namespace Capns.Core.Dispatch.Indexing;

/// <summary>Numbers the different ones of many directions.</summary>
internal static class DirectionNumbers
{
    /// <param name="directions">One for each capability; null for <c>*</c>.</param>
    /// <param name="distinct">Gets the different ones; the number of each is its index.</param>
    /// <param name="numbers">Gets the number of each.</param>
    public static void Assign(IEnumerable<MediaUrn?> directions, List<MediaUrn?> distinct, int[] numbers)
    {
        var known = new Dictionary<MediaUrn, int>();
        var (any, at) = (-1, 0);
        foreach (var direction in directions)
        {
            ref var number = ref any;
            if (direction is not null)
            {
                number = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(known, direction, out var exists);
                number = exists ? number : -1;
            }

            if (number < 0)
            {
                number = distinct.Count;
                distinct.Add(direction);
            }

            numbers[at++] = number;
        }
    }
}
