namespace OctoLogin.Portal.Rights;

public static class RightsServices
{
    /// <summary>What the pages of people, teams and roles read beside what the API does.</summary>
    public static IServiceCollection AddRights(this IServiceCollection services) => services
        .AddSingleton<PeopleList>().AddSingleton<TeamList>().AddSingleton<HeldRights>().AddSingleton<LimitNames>().AddSingleton<SpaceThings>();
}
