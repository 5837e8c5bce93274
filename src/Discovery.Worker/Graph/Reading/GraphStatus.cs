namespace Capns.Discovery.Worker.Graph.Reading;

/// <summary>Whether the graph server can be asked, as this instance knows it. Thread-safe.</summary>
/// <remarks>
/// Written by who watches the server, and by readers that it let down: so nobody waits for a server that is known to be away. It is
/// asked again only once the watch has had an answer.
/// </remarks>
internal sealed class GraphStatus
{
    private bool _canAnswer;
    private bool _truthAway;
    private long _epoch;
    private long _truth;
    private long _behindSince = -1;

    /// <summary>True when the server answered the watch, is whole, and no reader has been let down since.</summary>
    public bool CanAnswer => Volatile.Read(ref _canAnswer);

    /// <summary>False when PostgreSQL let a reader down, and has not answered the watch since.</summary>
    public bool TruthCanAnswer => !Volatile.Read(ref _truthAway);

    /// <summary>How far the graph server has come; 0 before that is known.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>How far the truth is; 0 before that is known.</summary>
    public long TruthEpoch => Volatile.Read(ref _truth);

    /// <summary>Time stamp since when the graph has been behind the truth; null when it is not.</summary>
    public long? BehindSince => Volatile.Read(ref _behindSince) is var since and >= 0 ? since : null;

    /// <summary>The server has answered.</summary>
    /// <param name="ready">False: it is being filled.</param>
    /// <param name="epoch">How far it has come.</param>
    public void Answered(bool ready, long epoch)
    {
        Volatile.Write(ref _epoch, epoch);
        Volatile.Write(ref _canAnswer, ready);
    }

    /// <summary>The server did not answer.</summary>
    public void LetDown() => Volatile.Write(ref _canAnswer, false);

    /// <summary>PostgreSQL did not answer.</summary>
    public void TruthLetDown() => Volatile.Write(ref _truthAway, true);

    /// <summary>The truth has been looked at.</summary>
    /// <param name="epoch">How far it is.</param>
    /// <param name="projected">How far the graph server is, as the truth knows.</param>
    /// <param name="now">A time stamp, 0 or more.</param>
    public void Truth(long epoch, long projected, long now)
    {
        Volatile.Write(ref _truth, epoch);
        Volatile.Write(ref _truthAway, false);

        // Further than the truth it never is: then it is wished to be made anew.
        if (projected == epoch)
        {
            Volatile.Write(ref _behindSince, -1);
        }
        else if (Volatile.Read(ref _behindSince) < 0)
        {
            Volatile.Write(ref _behindSince, now);
        }
    }
}
