// Requests to the JSON API.

// The daemon answered with an error.
export class ApiError extends Error {
  constructor(status) {
    super(`HTTP status ${status}`);
    this.status = status;
  }
}

// Throws an ApiError, or the error of fetch() where nothing answers.
export async function get(resource, parameters, signal) {
  const query = new URLSearchParams(parameters);
  const response = await fetch(`api/v1/${resource}?${query}`, { signal, cache: "no-store" });
  if (!response.ok) throw new ApiError(response.status);
  return response.json();
}

// `missing` instead of an answer with the status 404.
export async function getIfAny(resource, parameters, signal, missing) {
  try {
    return await get(resource, parameters, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return missing;
    throw error;
  }
}
