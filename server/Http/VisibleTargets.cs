namespace OctoLogin.Http;

/// <summary>
/// The rows of a list that a caller may see, as values for its SQL: for what is of a project, an environment and a tenant at once, such
/// as tasks and deployments. A row is visible when all the limits of one of the rights let it through, and the access token's own.
/// </summary>
/// <param name="All">Not limited by roles; <paramref name="Rights"/> is then empty.</param>
/// <param name="Rights">JSON: an array of <see cref="VisibleRight"/>.</param>
/// <param name="SpaceIds">Null in this and the next two: not narrowed.</param>
public sealed record VisibleTargets(bool All, string Rights, string[]? SpaceIds, string[]? ProjectIds, string[]? EnvironmentIds)
{
    /// <summary>A condition on a table with <c>space_id</c>, <c>project_id</c>, <c>environment_id</c> and <c>tenant_id</c>, and its project (which may be null).</summary>
    public string Condition(string table, string project) =>
        $"""
        (@VisibleSpaces::text[] is null or {table}.space_id = any(@VisibleSpaces))
          and (@VisibleProjects::text[] is null or {table}.project_id = any(@VisibleProjects))
          and (@VisibleEnvironments::text[] is null or {table}.environment_id = any(@VisibleEnvironments))
          and (@VisibleAll or exists (
            select from jsonb_to_recordset(@VisibleRights::jsonb) as r("SpaceId" text, "ProjectIds" text[], "ProjectGroupIds" text[], "EnvironmentIds" text[], "TenantIds" text[])
            where r."SpaceId" = {table}.space_id
              and (cardinality(r."ProjectIds") + cardinality(r."ProjectGroupIds") = 0
                or {table}.project_id = any(r."ProjectIds") or {project}.project_group_id = any(r."ProjectGroupIds"))
              and (cardinality(r."EnvironmentIds") = 0 or {table}.environment_id = any(r."EnvironmentIds"))
              and (cardinality(r."TenantIds") = 0 or {table}.tenant_id = any(r."TenantIds"))))
        """;

    /// <summary>What <see cref="Condition"/> asks for.</summary>
    public object Parameters => new
    {
        VisibleAll = All, VisibleRights = Rights, VisibleSpaces = SpaceIds, VisibleProjects = ProjectIds, VisibleEnvironments = EnvironmentIds,
    };
}

/// <summary>A right in one space, within limits; empty: not limited in that respect.</summary>
public sealed record VisibleRight(string? SpaceId, string[] ProjectIds, string[] ProjectGroupIds, string[] EnvironmentIds, string[] TenantIds);
