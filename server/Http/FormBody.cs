namespace OctoLogin.Http;

/// <summary>
/// For the API's description alone: the body that an endpoint reads by itself, as a form or as JSON. Not ASP.NET's <c>Accepts</c>,
/// which would also refuse other content types before the endpoint can say why and write it to the audit.
/// </summary>
public sealed record FormBody(Type Type);
