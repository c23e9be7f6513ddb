// Writes, queries and fails through the official JavaScript client; prints what came back as JSON.
import {InfluxDBClient, Point} from '@influxdata/influxdb3-client'

const client = new InfluxDBClient({host: process.argv[2], token: 'any', database: 'home'})
const seen = {}
const plain = (value) => (typeof value === 'bigint' ? Number(value) : value)

await client.write('home,room=Kitchen temp=21.5,hum=40i 1700000000000000000')
await client.write(Point.measurement('home').setTag('room', 'Hall').setFloatField('temp', 19)
  .setTimestamp(new Date('2023-11-14T22:14:20Z')))
await client.write('home,room=Attic temp=5 1700000120000000000', 'home', undefined, {useV2Api: false})

seen.rows = []
for await (const row of client.query('SELECT room, temp, hum, time FROM home ORDER BY time')) {
  seen.rows.push({room: row.room, temp: row.temp, hum: plain(row.hum)})
}
seen.points = []
for await (const values of client.queryPoints('SELECT * FROM home ORDER BY time')) {
  seen.points.push({tag: values.getTag('room'), field: values.getFloatField('temp')})
}
seen.parameters = []
const sql = 'SELECT temp FROM home WHERE room = $room AND temp > $least'
for await (const row of client.query(sql, 'home', {params: {room: 'Kitchen', least: 1.5}})) {
  seen.parameters.push(row.temp)
}
const failure = async (query, database) => {
  try {
    for await (const row of client.query(query, database)) void row
    return 'no error'
  } catch (error) {
    return String(error.message ?? error)
  }
}
seen.missing_table = await failure('SELECT * FROM nothing', 'home')
seen.missing_database = await failure('SELECT 1', 'nowhere')
try {
  await client.write('home,room=Kitchen temp="hot" 1700000000000000001')
  seen.bad_write = 'no error'
} catch (error) {
  seen.bad_write = String(error.message ?? error)
}
seen.version = await client.getServerVersion()
await client.close()
console.log(JSON.stringify(seen))
