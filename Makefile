# make demo            the whole way on this machine: camera, node, centre, control room
# make demo CLIP=path  the same with your own video
# make test            everything that proves the product
.PHONY: demo test setup web build bench release-figures clean

demo:
	@scripts/demo.sh $(if $(CLIP),"$(CLIP)")

test:
	@scripts/test.sh

setup web:
	@scripts/setup.sh

build: setup
	cargo build --release --locked

bench: setup
	@scripts/bench.sh

clean:
	rm -rf target web/dist web/node_modules .deps var
