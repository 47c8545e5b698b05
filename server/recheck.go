package main

import (
	"context"
	"log/slog"
	"time"
)

// recheckEvery is how often it is looked whose night it is.
const recheckEvery = 5 * time.Minute

// reseal seals secrets anew that an old key sealed, so that the old one can be taken off.
func (a *app) reseal(ctx context.Context) error {
	if a.config.SecretKeyOld == "" {
		return nil
	}
	passwords, err := a.graph.Registries.Reseal(ctx)
	if err != nil {
		return err
	}
	factors, err := a.graph.Accounts.Reseal(ctx)
	if err != nil {
		return err
	}
	online, err := a.graph.Online.Reseal(ctx)
	if err == nil {
		slog.Info("secrets were sealed with the present key: KARTELA_SECRET_KEY_OLD can be taken off", "secrets", passwords+factors+online)
	}
	return err
}

// recheck has VAT numbers checked at night, until the context ends.
func (a *app) recheck(ctx context.Context) {
	t := time.NewTicker(recheckEvery)
	defer t.Stop()
	for {
		n, err := a.graph.Registries.Recheck(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			slog.ErrorContext(ctx, "the nightly check of VAT numbers failed", "answered", n, "err", err)
		case n > 0:
			slog.InfoContext(ctx, "VAT numbers were checked", "answered", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
