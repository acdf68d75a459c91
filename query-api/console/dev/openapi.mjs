// Writes openapi.json, from which the types of the API are made, as the ledger at LEDGER_URL serves it.
import { writeFileSync } from "node:fs"

const ledger = process.env.LEDGER_URL ?? 'http://127.0.0.1:8080'
const document = await (await fetch(`${ledger}/openapi.json`)).json()
writeFileSync(new URL('../openapi.json', import.meta.url), JSON.stringify(document, null, 1) + '\n')
