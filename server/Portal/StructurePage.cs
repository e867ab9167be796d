using Microsoft.AspNetCore.Mvc;
using OctoLogin.Access;
using OctoLogin.Http;

namespace OctoLogin.Portal;

/// <summary>What the view of a <see cref="StructurePage{TThing,TInput}"/> shows.</summary>
public interface IStructure : IJsonEditing
{
    string Title { get; }
    string ListName { get; }
    bool MayEdit { get; }

    /// <summary>Null: not for the caller to delete.</summary>
    ConfirmDelete? Delete { get; }
}

/// <summary>A lifecycle, a tag set and the like: made and changed as the JSON of the API, since they change seldom and have many parts.</summary>
/// <typeparam name="TThing">What it is.</typeparam>
/// <typeparam name="TInput">What the API takes.</typeparam>
public abstract class StructurePage<TThing, TInput> : SpacePage, IStructure where TThing : class where TInput : class
{
    public const string New = "new";

    [FromRoute]
    public string Id { get; set; } = New;

    [BindProperty]
    public JsonForm Input { get; set; } = new();

    public TThing? Present { get; private set; }
    public bool IsNew => Id == New;
    public string Title => Present is null ? $"New {Kind}" : NameOf(Present);
    public string Label => "As the JSON of the API";
    public abstract string ListName { get; }
    public abstract string Hint { get; }
    public abstract string BackUrl { get; }
    public int? Newer => null;
    public bool MayEdit => MayNow(IsNew ? Creates : Edits);
    public ConfirmDelete? Delete => Present is not null && MayNow(Deletes) ? new($"Delete this {Kind}", "This cannot be undone.", NameOf(Present)) : null;
    protected abstract string Kind { get; }
    protected abstract (Permission Create, Permission Edit, Permission Delete) Needed { get; }

    private Permission Creates => Needed.Create;
    private Permission Edits => Needed.Edit;
    private Permission Deletes => Needed.Delete;

    public async Task OnGetAsync()
    {
        await ShowAsync();
        Input = JsonForm.Of(Present is null ? Blank : Shown(Present), null);
    }

    public async Task<IActionResult> OnPostAsync()
    {
        await ShowAsync();
        return await TryAsync(() => IsNew ? CreateAsync(Input.Read<TInput>()) : UpdateAsync(Input.Read<TInput>())) ? Done(BackUrl, $"The {Kind} was saved.") : Page();
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? confirm)
    {
        await OnGetAsync();
        var name = NameOf(Present ?? throw ApiException.NotFound(Kind, Id));
        if (!ConfirmDelete.IsConfirmed(confirm, name))
        {
            ModelState.AddModelError("confirm", ConfirmDelete.Fault(name));
        }
        return await TryAsync(DeleteAsync) ? Done(BackUrl, $"{name} was deleted.") : Page();
    }

    protected virtual bool MayNow(Permission permission) => Caller.May(permission, AccessTarget.Space(Space.Id));
    protected abstract string NameOf(TThing thing);
    protected abstract object Blank { get; }
    protected abstract object Shown(TThing thing);
    protected abstract Task<TThing> FindAsync();
    protected abstract Task CreateAsync(TInput input);
    protected abstract Task UpdateAsync(TInput input);
    protected abstract Task DeleteAsync();

    private async Task ShowAsync()
    {
        if (IsNew)
        {
            Caller.DemandSomewhere(Creates, Space.Id);
        }
        else
        {
            Present = await FindAsync();
        }
    }
}

/// <param name="Kind">As in "New lifecycle".</param>
/// <param name="NewUrl">Null: the caller may make none.</param>
public sealed record StructureList(string Title, string Kind, string About, string? NewUrl, IReadOnlyList<StructureRow> Rows);

public sealed record StructureRow(string Name, string Url, string Text);
