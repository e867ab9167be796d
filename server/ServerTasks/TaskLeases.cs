namespace OctoLogin.ServerTasks;

public sealed class TaskLeases;
