/** What the middle part of a clause's id stands for, in the order of the table. */
export const areas: Readonly<Record<string, string>> = {
  "SPI-CAP": "honest claims",
  "SPI-SND": "sending",
  "SPI-WRK": "work channels",
  "SPI-FAN": "broadcast channels",
  "SPI-GRP": "groups",
  "SPI-ORD": "order",
  "SPI-ACK": "settling and redelivery",
  "SPI-LSE": "leases and death",
  "SPI-DLY": "delay",
  "SPI-PRI": "priority",
  "SPI-DDP": "deduplication",
  "SPI-BPR": "backpressure",
  "SPI-LIM": "limits",
  "SPI-TRX": "settle with sends",
  "SPI-REC": "restart of the server",
  "SPI-TRT": "life cycle",
  "SPI-INS": "inspection and control",
  "API-RTY": "retries and dead letters",
  "API-PSN": "poison",
  "API-CAN": "cancellation",
  "API-TMO": "timeouts and deadlines",
  "API-ERR": "errors across the wire",
  "API-VAL": "values across the wire",
  "API-CON": "concurrency",
  "API-SHD": "shutdown",
  "API-CCH": "cache",
  "API-COR": "correlation",
  "API-CHN": "chains",
  "API-TRC": "tracing headers",
  "API-OBS": "events",
  "API-OPT": "options and their gates",
};

/** `SPI-SND-01` → `SPI-SND`. */
export function areaOf(id: string): string {
  return id.split("-", 2).join("-");
}
