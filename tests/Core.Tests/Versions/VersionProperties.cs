using Capns.Core.Versions;
using FsCheck;
using FsCheck.Fluent;

namespace Capns.Core.Tests.Versions;

public sealed class VersionProperties
{
    private static readonly Gen<string> Identifier = Gen.Elements("0", "1", "10", "2", "a", "rc", "-", "a1", "alpha");

    private static readonly Arbitrary<SemVersion> AnyVersion = (
        from numbers in Gen.Choose(0, 3).ArrayOf(3)
        from count in Gen.Choose(0, 2)
        from prerelease in Identifier.ArrayOf(count)
        from build in Gen.Elements("", "+b", "+001")
        select SemVersion.Parse(string.Join('.', numbers) + (count > 0 ? "-" : "") + string.Join('.', prerelease) + build)).ToArbitrary();

    private static readonly Config ManyTimes = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void Parse_PrintedVersion_IsTheSame() =>
        Prop.ForAll(AnyVersion, version => SemVersion.Parse(version.ToString()) == version).Check(ManyTimes);

    [Fact]
    public void CompareTo_AnyThree_IsATotalOrder() =>
        Prop.ForAll(AnyVersion, AnyVersion, AnyVersion, (a, b, c) =>
        {
            Assert.Equal(Math.Sign(a.CompareTo(b)), -Math.Sign(b.CompareTo(a)));
            Assert.True(!(a <= b && b <= c) || a <= c);
            Assert.True(a != b || a.GetHashCode() == b.GetHashCode());
        }).Check(ManyTimes);

    [Fact]
    public void Contains_CaretTildeAndExact_AreWithinOneAnother() =>
        Prop.ForAll(AnyVersion, AnyVersion, (wanted, version) =>
        {
            var (exact, tilde, caret) = (Range("", wanted), Range("~", wanted), Range("^", wanted));
            Assert.True(exact.Contains(wanted) && tilde.Contains(wanted) && caret.Contains(wanted));
            Assert.True(!exact.Contains(version) || tilde.Contains(version));
            Assert.True(!caret.Contains(version) || (version >= wanted && version.Major == wanted.Major));
            Assert.True(!tilde.Contains(version) || (version >= wanted && version.Minor == wanted.Minor && version.Major == wanted.Major));
            Assert.True(wanted.Major == 0 || !tilde.Contains(version) || caret.Contains(version));
        }).Check(ManyTimes);

    [Fact]
    public void TryParse_AnyText_AnswersWithoutThrowing() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            Assert.True(SemVersion.TryParse(text, out _, out var error) || error.Position >= 0);
            Assert.True(VersionRange.TryParse(text, out _, out var problem) || problem.Position >= 0);
        }).Check(ManyTimes);

    private static VersionRange Range(string sign, SemVersion version) =>
        VersionRange.TryParse(sign + version, out var range, out var error) ? range : throw new FormatException(error.Message);
}
