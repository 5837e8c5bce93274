using Capns.Core.Media;
using FsCheck;
using FsCheck.Fluent;

namespace Capns.Core.Tests.Media;

public sealed class ResolutionProperties
{
    private static readonly Config ManyTimes = Config.QuickThrowOnFailure.WithMaxTest(500);

    /// <summary>Sources that know some of three URNs, or cannot be asked.</summary>
    private static readonly Gen<IMediaSpecSource> Sources =
        from known in Gen.Elements("media:a", "media:b", "media:c").ListOf()
        from title in Gen.Elements("one", "two", "three")
        from isReachable in Gen.Frequency((4, Gen.Constant(true)), (1, Gen.Constant(false)))
        select (IMediaSpecSource)(isReachable
            ? new ScriptedSource([.. known.Select(urn => new MediaSpecDef { Urn = urn, MediaType = "text/plain", Title = title })])
            : ScriptedSource.Unreachable(title));

    private static readonly Arbitrary<MediaUrn> Urns = Gen.Elements("media:a", "media:b", "media:c").Select(MediaUrn.Parse).ToArbitrary();

    [Fact]
    public void Composite_AnyGrouping_AnswersTheSame() =>
        Prop.ForAll(Sources.Three().ToArbitrary(), Urns, (three, urn) =>
        {
            var (a, b, c) = three;
            var flat = Answer(new CompositeMediaSpecSource(a, b, c), urn);

            Assert.Equal(flat, Answer(new CompositeMediaSpecSource(new CompositeMediaSpecSource(a, b), c), urn));
            Assert.Equal(flat, Answer(new CompositeMediaSpecSource(a, new CompositeMediaSpecSource(b, c)), urn));
            Assert.Equal(Answer(a, urn), Answer(new CompositeMediaSpecSource(a, new CompositeMediaSpecSource()), urn));
            Assert.Equal(Answer(a, urn), Answer(new CompositeMediaSpecSource(a, a), urn));
        }).Check(ManyTimes);

    [Fact]
    public void Resolve_BuiltInUrnInAnySpelling_IsTheSameType() =>
        Prop.ForAll(Gen.Elements(BuiltinMediaSpecs.Instance.Specs.AsEnumerable()).ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), (spec, seed) =>
        {
            var tags = spec.Urn["media:".Length..].Split(';');
            new Random(seed).Shuffle(tags);
            var spelling = $"MEDIA:{string.Join(";;", tags)};";

            var resolved = Completed.Result(MediaSpecResolution.ResolveAsync(spelling, [], BuiltinMediaSpecs.Instance));

            Assert.Equal((spelling, spec.MediaType, spec.ProfileUri), (resolved.MediaUrn, resolved.MediaType, resolved.ProfileUri));
        }).Check(ManyTimes);

    private static string Answer(IMediaSpecSource source, MediaUrn urn)
    {
        try
        {
            return Completed.Result(source.FindAsync(urn))?.Title ?? "not there";
        }
        catch (MediaSourceUnreachableException exception)
        {
            return $"unreachable: {exception.Message}";
        }
    }
}
