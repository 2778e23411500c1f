// What a worker process runs. Its orders come in the environment, and are taken out of it before the application looks.
import { fail, Worker, type WorkerOrders } from './worker.ts'

const orders = JSON.parse(process.env.PROPANE_ORDERS ?? '{}') as WorkerOrders
delete process.env.PROPANE_ORDERS
void new Worker(orders).boot().catch(fail)
