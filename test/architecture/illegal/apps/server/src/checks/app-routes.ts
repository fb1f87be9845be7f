export const appRoutes = () => 'GET /app-api/time';
