// Writes, queries and fails through the official Go client; prints what came back as JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/InfluxCommunity/influxdb3-go/v2/influxdb3"
)

type row struct {
	Room string  `json:"room"`
	Temp float64 `json:"temp"`
}

type findings struct {
	Rows            []row     `json:"rows"`
	Points          []row     `json:"points"`
	Parameters      []float64 `json:"parameters"`
	MissingTable    string    `json:"missing_table"`
	MissingDatabase string    `json:"missing_database"`
	BadWrite        string    `json:"bad_write"`
	Version         string    `json:"version"`
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func failure(client *influxdb3.Client, query string, options ...influxdb3.QueryOption) string {
	iterator, err := client.Query(context.Background(), query, options...)
	if err != nil {
		return err.Error()
	}
	for iterator.Next() {
	}
	if iterator.Err() != nil {
		return iterator.Err().Error()
	}
	return "no error"
}

func main() {
	ctx := context.Background()
	client, err := influxdb3.New(influxdb3.ClientConfig{
		Host: os.Args[1], Token: "any", Database: "home"})
	must(err)
	defer client.Close()
	var seen findings

	must(client.Write(ctx, []byte("home,room=Kitchen temp=21.5,hum=40i 1700000000000000000")))
	must(client.WritePoints(ctx, []*influxdb3.Point{influxdb3.NewPoint("home",
		map[string]string{"room": "Hall"}, map[string]any{"temp": 19.0},
		time.Unix(1700000060, 0))}))

	iterator, err := client.Query(ctx, "SELECT room, temp, time FROM home ORDER BY time")
	must(err)
	for iterator.Next() {
		value := iterator.Value()
		seen.Rows = append(seen.Rows, row{value["room"].(string), value["temp"].(float64)})
	}
	must(iterator.Err())

	points, err := client.QueryPointValue(ctx, "SELECT * FROM home ORDER BY time")
	must(err)
	for {
		point, err := points.Next()
		if err == influxdb3.Done {
			break
		}
		must(err)
		room, _ := point.GetTag("room")
		seen.Points = append(seen.Points, row{room, *point.GetDoubleField("temp")})
	}

	iterator, err = client.QueryWithParameters(ctx,
		"SELECT temp FROM home WHERE room = $room AND temp > $least",
		influxdb3.QueryParameters{"room": "Kitchen", "least": 1.5})
	must(err)
	for iterator.Next() {
		seen.Parameters = append(seen.Parameters, iterator.Value()["temp"].(float64))
	}
	must(iterator.Err())

	seen.MissingTable = failure(client, "SELECT * FROM nothing")
	seen.MissingDatabase = failure(client, "SELECT 1", influxdb3.WithDatabase("nowhere"))
	seen.BadWrite = "no error"
	if err := client.Write(ctx, []byte(`home,room=Kitchen temp="hot" 1`)); err != nil {
		seen.BadWrite = err.Error()
	}
	seen.Version, err = client.GetServerVersion()
	must(err)
	must(json.NewEncoder(os.Stdout).Encode(seen))
}
