namespace Capns.Contracts;

/// <summary>Which of a pool's three queues a run takes (platform spec 3.3).</summary>
public enum Priority
{
    Unknown = 0,
    Low = 1,
    Normal = 2,
    High = 3,
}
