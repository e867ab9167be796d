using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Packages;

namespace OctoLogin.Portal.Pages.Space.Packages;

/// <summary>
/// A push by hand. The form's file is read as it comes and never gathered, so its token could not be read before it: that the form is one
/// of ours is what Sec-Fetch-Site and Origin say (<see cref="SameOrigin"/>), without which no cookie counts for what changes something.
/// </summary>
[IgnoreAntiforgeryToken]
public sealed class UploadModel(PushPackage push, SameOrigin origin) : SpacePage
{
    public bool MayReplace => Caller.May(Permission.BuiltInFeedAdminister, AccessTarget.Space(Space.Id));

    public void OnGet() => Caller.Demand(Permission.BuiltInFeedPush, AccessTarget.Space(Space.Id));

    public async Task<IActionResult> OnPostAsync()
    {
        origin.DemandOfForm(HttpContext);
        PushedPackage? pushed = null;
        // No property is bound here: binding would read the form.
        var mode = Request.Query["mode"] == "replace" ? OverwriteMode.OverwriteExisting : OverwriteMode.FailIfExists;
        return await TryAsync(async () => pushed = await push.RunAsync(Request, mode, Space, Caller, Cancel))
            ? Done(At("packages/versions", [("id", pushed!.Package.PackageId)]), $"{pushed.Package.FileName} is in the feed.")
            : Page();
    }
}
