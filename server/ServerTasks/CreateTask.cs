using Npgsql;
using OctoLogin.Access;
using OctoLogin.Audit;
using OctoLogin.Database;
using OctoLogin.Http;
using OctoLogin.Spaces;

namespace OctoLogin.ServerTasks;

/// <summary>Queues a task that a client asks for by its name; the kinds come from the slices whose tasks they are.</summary>
public sealed class CreateTask(NpgsqlDataSource database, IEnumerable<RequestedTask> kinds, ServerTaskQueue queue, AuditLog audit)
{
    public async Task<ServerTask> RunAsync(TaskCommand command, SpaceContext space, Caller caller, CancellationToken cancel)
    {
        caller.DemandSomewhere(Permission.TaskCreate, space.Id);
        var validation = new Validation().Fault(space.Mismatch("SpaceId", command.SpaceId));
        var name = validation.Required("Name", command.Name);
        var kind = kinds.FirstOrDefault(kind => kind.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        validation.Check(kind is not null || name.Length == 0, $"Name is '{Printable.Of(name, 60)}'; what can be asked for here is {string.Join(", ", kinds.Select(known => known.Name))}.");
        validation.ThrowIfAny();
        var wanted = await kind!.CheckAsync(command, space, caller, cancel);
        return await database.InTransactionAsync(async connection =>
        {
            var task = await queue.EnqueueAsync(connection, wanted, cancel);
            await audit.AppendAsync(connection, AuditEvent.Created(caller.Actor, "Task", task.Id, $"{task.Id} ({task.Description})", task.SpaceId) with { Details = AuditDetails.Of(new { task.Name, task.Arguments }) }, cancel);
            return task;
        }, cancel);
    }
}
