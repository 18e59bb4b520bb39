import nni

params = {"lr": 0.5, "layers": 1}
params.update(nni.get_next_parameter())
for epoch in range(4):
    value = params["lr"] / 2 ** epoch + params["layers"]
    nni.report_intermediate_result({"default": value, "it's": "a\n\"\\é"} if epoch % 2 else value)
nni.report_final_result(params["lr"])
