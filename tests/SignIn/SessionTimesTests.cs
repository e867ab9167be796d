using Microsoft.Extensions.Configuration;
using OctoLogin.Access;
using OctoLogin.SignIn;

namespace OctoLogin.Tests.SignIn;

public sealed class SessionTimesTests
{
    [Theory]
    [InlineData("SignIn:SessionTimeoutInSeconds", "20 minutes")]
    [InlineData("SignIn:SessionTimeoutInSeconds", "0")]
    [InlineData("SignIn:SessionTimeoutInSeconds", "59")]
    [InlineData("SignIn:MaximumSessionDurationInSeconds", "-1")]
    [InlineData("SignIn:MaximumSessionDurationInSeconds", "99999999999")]
    public void Says_what_is_wrong_with_a_setting(string name, string value)
    {
        var faults = new List<string>();
        SessionTimes.Read(Settings((name, value)), faults);
        faults.ShouldHaveSingleItem().ShouldStartWith($"{name} is '{value}'; it must be a whole number of seconds from ");
    }

    [Fact]
    public void Has_the_times_of_the_contract_and_takes_others()
    {
        var faults = new List<string>();
        var unset = SessionTimes.Read(Settings(), faults);
        (unset.IdleTimeout.TotalSeconds, unset.MaximumDuration.TotalSeconds).ShouldBe((1200, 86400));
        var set = SessionTimes.Read(Settings(("SignIn:SessionTimeoutInSeconds", "3600"), ("SignIn:MaximumSessionDurationInSeconds", "600")), faults);
        (set.IdleTimeout.TotalSeconds, set.MaximumDuration.TotalSeconds).ShouldBe((600, 600));
        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Whether_passwords_are_on_is_true_or_false()
    {
        var faults = new List<string>();
        SignInOptions.Read(Settings(), faults).PasswordsEnabled.ShouldBeTrue();
        SignInOptions.Read(Settings(("SignIn:PasswordsEnabled", "False")), faults).PasswordsEnabled.ShouldBeFalse();
        faults.ShouldBeEmpty();
        SignInOptions.Read(Settings(("SignIn:PasswordsEnabled", "no")), faults);
        faults.ShouldBe(["SignIn:PasswordsEnabled is 'no'; it must be true or false."]);
    }

    private static IConfiguration Settings(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
}
