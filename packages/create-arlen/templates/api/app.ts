import { createApp } from 'arlen'
import { noteRoutes } from './src/notes/routes.ts'
import { userRoutes } from './src/users/routes.ts'
import { Users } from './src/users/users.ts'

const app = createApp()
const users = new Users(app)

app.group('/users', routes => userRoutes(routes, users))
app.group('/notes', { use: users.auth.requireUser }, noteRoutes)

export default app
