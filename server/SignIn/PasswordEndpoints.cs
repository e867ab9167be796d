using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Users;

namespace OctoLogin.SignIn;

public static class PasswordEndpoints
{
    /// <summary>Anybody may send these.</summary>
    private const long MostBytes = 16 * 1024;

    public static void MapPasswordSignIn(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/users").WithTags("users");
        group.MapPost("/login", Login).AllowAnonymous().WithMetadata(new RequestSizeLimitAttribute(MostBytes)).WithSummary("Sign in with user name and password: sets the session's cookie");
        group.MapPost("/logout", Logout).WithSummary("Sign out: ends the session that the cookie is of");
        group.MapPost("/me/password", ChangePassword).WithMetadata(new RequestSizeLimitAttribute(MostBytes)).WithSummary("Change your own password, which takes the present one");
    }

    private static async Task<User> Login(LoginInput input, HttpContext context, PasswordSignIn passwords, SameOrigin sameOrigin, CancellationToken cancel)
    {
        // Another site's page could sign its visitor in as somebody else, who then sees what the visitor does here.
        sameOrigin.DemandOfForm(context);
        return await passwords.SignInAsync(context, input.Username, input.Password, cancel) with { IsRequestor = true };
    }

    private static async Task<Ok> Logout(HttpContext context, Caller caller, Sessions sessions, CancellationToken cancel)
    {
        await sessions.SignOutAsync(context, caller, cancel);
        return TypedResults.Ok();
    }

    private static async Task<Ok> ChangePassword(PasswordChange input, HttpContext context, Caller caller, PasswordSignIn passwords, CancellationToken cancel)
    {
        await passwords.ChangeAsync(context, caller, input.CurrentPassword, input.NewPassword, cancel);
        return TypedResults.Ok();
    }
}

public sealed record LoginInput(string? Username, string? Password);

public sealed record PasswordChange(string? CurrentPassword, string? NewPassword);
