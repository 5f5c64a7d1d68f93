# make demo            the whole way on this machine: camera, node, centre, control room
# make demo CLIP=path  the same with your own video
# make test            everything that proves the product
# make fuzz            a minute for each reader of foreign files (SECONDS=3600: an hour)
.PHONY: demo test fuzz setup web build bench release-figures clean

demo:
	@scripts/demo.sh $(if $(CLIP),"$(CLIP)")

test:
	@scripts/test.sh

fuzz:
	@scripts/fuzz.sh $(or $(SECONDS),60)

setup web:
	@scripts/setup.sh

build: setup
	cargo build --release --locked

bench: setup
	@scripts/bench.sh

clean:
	rm -rf target web/dist web/node_modules .deps var
